import { useQuery } from '@tanstack/react-query';
import { Icon } from '../../components/icon.tsx';
import { ErrorState, Spinner } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Time } from '../../components/time.tsx';
import { errorWords } from '../../format/error-words.ts';
import { tookTime } from '../../format/time.ts';
import { type Attempt, attemptsQuery, type Delivery, versionOf } from './delivery-queries.ts';
import { ExchangeView } from './exchange-view.tsx';

/** Every attempt, the newest first and open. */
export function AttemptList({ delivery }: { delivery: Delivery }) {
  const attempts = useQuery(attemptsQuery(delivery.id, versionOf(delivery)));
  if (attempts.isPending) return <Spinner label="Reading the attempts" />;
  if (attempts.isError) {
    return <ErrorState error={attempts.error} what="list" onRetry={() => void attempts.refetch()} />;
  }
  if (attempts.data.length === 0) return <p className="muted">No attempt was made yet.</p>;
  return (
    <ol className="attempts">
      {attempts.data.map((attempt, i) => (
        <li key={attempt.id}>
          <AttemptView attempt={attempt} isOpen={i === 0} />
        </li>
      ))}
    </ol>
  );
}

function AttemptView({ attempt, isOpen }: { attempt: Attempt; isOpen: boolean }) {
  const { exchanges, remote } = attempt;
  return (
    <details className="attempt" open={isOpen}>
      <summary>
        <Icon name="next" />
        <span className="attempt-number">#{attempt.number}</span>
        <StatusBadge status={attempt.outcome} />
        <span className="mono">{attempt.statusCode ?? attempt.errorCode?.replaceAll('_', ' ') ?? ''}</span>
        <span className="muted took">{attempt.durationMs === null ? '' : tookTime(attempt.durationMs)}</span>
        <span className="muted small">
          <Time at={attempt.startedAt} />
        </span>
      </summary>
      <div className="attempt-body stack">
        {attempt.errorCode !== null && (
          <div className="stack-s">
            <p>{errorWords(attempt.errorCode)}</p>
            {attempt.errorMessage !== null && !isSaidBelow(attempt) && (
              <p className="small muted break">{attempt.errorMessage}</p>
            )}
          </div>
        )}
        {remote && (remote.name !== '' || remote.link !== null) && <Remote remote={remote} />}
        {exchanges.length === 0 && attempt.outcome === 'in_progress' && <Spinner label="The request is under way" />}
        {exchanges.map((exchange, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a list that only grows
          <div key={i} className="stack-s">
            {exchange.step !== undefined && (
              <h3>
                {i + 1}. {exchange.step}
              </h3>
            )}
            <ExchangeView exchange={exchange} />
          </div>
        ))}
      </div>
    </details>
  );
}

/** Whether an exchange says the same of itself. */
function isSaidBelow({ exchanges, errorMessage }: Attempt): boolean {
  return exchanges.some((exchange) => exchange.errorMessage === errorMessage);
}

/** The message or ticket at the vendor's. Only web addresses become links. */
function Remote({ remote: { name, link } }: { remote: NonNullable<Attempt['remote']> }) {
  const text = name || 'the message';
  return (
    <p>
      Made or changed{' '}
      {link !== null && /^https?:/i.test(link) ? (
        <a href={link} target="_blank" rel="noreferrer">
          {text} <Icon name="external" />
        </a>
      ) : (
        text
      )}
    </p>
  );
}
