import { Icon } from '../../components/icon.tsx';
import { Countdown, Time } from '../../components/time.tsx';
import { errorWords } from '../../format/error-words.ts';
import type { Delivery } from './delivery-queries.ts';

/** What is to come of a delivery, or how it ended, in words. */
export function DeliveryOutlook({ delivery }: { delivery: Delivery }) {
  const { status, reason, lastErrorCode, nextAttemptAt } = delivery;
  if (status === 'delivered') return null;
  if (status === 'cancelled') {
    return (
      <div className="note" role="status">
        <Icon name="ban" />
        <div>{errorWords(reason ?? 'cancelled')} It is not sent unless somebody resends it.</div>
      </div>
    );
  }
  if (status === 'failed') {
    return (
      <div className="note failed" role="status">
        <Icon name="cross" />
        <div className="stack-s">
          <p>
            <strong>{lastErrorCode === null ? 'It failed.' : errorWords(lastErrorCode)}</strong>
          </p>
          <p>
            {reason === null || reason === lastErrorCode
              ? 'No more attempts are made by themselves.'
              : errorWords(reason)}{' '}
            Once the cause is mended, resend it.
          </p>
        </div>
      </div>
    );
  }
  return (
    <div className="note waiting" role="status">
      <Icon name="clock" />
      <div className="stack-s">
        {lastErrorCode !== null && <p>{errorWords(lastErrorCode)}</p>}
        {reason !== null && reason !== lastErrorCode && <p>{errorWords(reason)}</p>}
        <p>
          {nextAttemptAt === null ? (
            'The next attempt is about to be made.'
          ) : (
            <>
              Next attempt in <Countdown at={nextAttemptAt} />, at <Time at={nextAttemptAt} />.
            </>
          )}
        </p>
      </div>
    </div>
  );
}
