import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { CodeBlock } from '../../components/code-block.tsx';
import { ErrorState, Spinner } from '../../components/states.tsx';
import { loadReceiver } from '../../receivers/load-receiver.ts';
import { RECEIVER_LANGUAGES } from '../../receivers/receiver-code.ts';
import type { EventType } from './event-type-queries.ts';

/** Code that receives and verifies the events of a dialect, to be copied as it is. */
export function ReceiverCode({ type }: { type: EventType }) {
  const search = useSearch({ from: '/organization/catalogue' });
  const language = RECEIVER_LANGUAGES.find(({ ending }) => ending === search.code) ?? RECEIVER_LANGUAGES[0];
  const receiver = useQuery({
    queryKey: ['receiver', type.dialect, language.ending],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => loadReceiver(type.dialect, language.ending),
  });
  return (
    <>
      <nav className="tabs" aria-label="Language">
        {RECEIVER_LANGUAGES.map(({ ending, title }) => (
          <Link
            key={ending}
            to="/catalogue"
            search={{ dialect: type.dialect, type: type.name, view: 'receiver', code: ending }}
            aria-current={ending === language.ending ? 'true' : undefined}
            replace
          >
            {title}
          </Link>
        ))}
      </nav>
      <p className="small muted">
        {language.ending === 'sh'
          ? `Sends your receiver what an endpoint of the dialect ${type.dialect} would send it.`
          : `Receives every event of the dialect ${type.dialect}, and verifies that it is ours. Start it with your endpoint’s secret.`}
      </p>
      {receiver.isPending && <Spinner label="Reading the code" />}
      {receiver.isError && <ErrorState error={receiver.error} what="sample" onRetry={() => void receiver.refetch()} />}
      {receiver.data !== undefined && <CodeBlock code={receiver.data} label={`Receiver in ${language.title}`} />}
    </>
  );
}
