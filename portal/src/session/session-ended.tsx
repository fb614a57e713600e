import { EntryPage } from './entry-page.tsx';
import { OperatorSignIn } from './operator-sign-in.tsx';
import type { Session } from './session.ts';

/** The session was there and is not any more: after a day, by logging out, or because its link was revoked. */
export function SessionEnded({ session }: { session: Session }) {
  if (session.kind === 'operator') return <OperatorSignIn ended />;
  return (
    <EntryPage title="Your session has ended">
      <p>
        A session lasts a day; it also ends when you log out or when its link is revoked. Your webhooks go on as before.
      </p>
      {session.returnUrl === null ? (
        <p>To come back, ask for a new link where you got the last one. It opens this page again, at its beginning.</p>
      ) : (
        <p>
          <a className="button primary" href={session.returnUrl}>
            Back to where you came from
          </a>
        </p>
      )}
    </EntryPage>
  );
}
