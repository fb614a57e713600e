import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { wordsOf } from '../api/problem.ts';
import { Button } from '../components/button.tsx';
import { Page } from '../components/page.tsx';

/** A page that broke, which no page should; also a part of the portal that an update on the server has replaced. */
export function PageFault({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <Page title="This page could not be shown">
      <p>{wordsOf(error)}</p>
      <div className="row">
        <Button
          icon="retry"
          onClick={() => {
            reset();
            void router.invalidate();
          }}
        >
          Try again
        </Button>
        <Button onClick={() => location.reload()}>Load the portal anew</Button>
      </div>
    </Page>
  );
}
