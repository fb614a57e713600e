import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { api, ask, type Schema } from '../../api/client.ts';
import { Icon } from '../../components/icon.tsx';
import { Page } from '../../components/page.tsx';
import { Empty, ErrorState, Spinner } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { ACTION_WORDS, ACTOR_WORDS, changeWords } from './activity-words.ts';

type Entry = Schema<'ActivityEntry'>;
const PAGE_SIZE = 50;

/** Who changed what, newest first. */
export function ActivityPage() {
  const { cursor } = useSearch({ from: '/organization/activity' });
  const entries = useQuery({
    queryKey: ['activity', cursor ?? null],
    queryFn: () =>
      ask(
        api.GET('/v1/activity', { params: { query: { limit: PAGE_SIZE, ...(cursor !== undefined && { cursor }) } } }),
      ),
  });
  const { data, nextCursor } = entries.data ?? {};
  return (
    <Page title="Activity" lead="Who changed what. Secrets stand here by their names only.">
      {entries.isPending && <Spinner label="Reading the activity" />}
      {entries.isError && <ErrorState error={entries.error} what="list" onRetry={() => void entries.refetch()} />}
      {data?.length === 0 && (
        <Empty icon="activity" title={cursor === undefined ? 'Nothing was changed yet' : 'Nothing older'}>
          <p>Whatever is created, changed or resent stands here, with who did it.</p>
        </Empty>
      )}
      {data && (data.length > 0 || cursor !== undefined) && (
        <div className="card">
          <ol>
            {data.map((entry) => (
              <LogEntry key={entry.id} entry={entry} />
            ))}
          </ol>
          {(cursor !== undefined || nextCursor) && (
            <nav className="paging" aria-label="Pages">
              {cursor === undefined ? (
                <span className="muted small">The newest</span>
              ) : (
                <Link to="/activity" search={{}} className="button plain">
                  <Icon name="back" />
                  Newest
                </Link>
              )}
              {nextCursor && (
                <Link to="/activity" search={{ cursor: nextCursor }} className="button plain">
                  Older
                  <Icon name="next" />
                </Link>
              )}
            </nav>
          )}
        </div>
      )}
    </Page>
  );
}

function LogEntry({ entry }: { entry: Entry }) {
  const { actor, action, subject, changes, at } = entry;
  return (
    <li className="log-entry">
      <div className="log-line">
        <span>
          <strong>{actor.name ?? ACTOR_WORDS[actor.kind]}</strong> {ACTION_WORDS[action]} <Subject subject={subject} />
        </span>
        <span className="muted small">
          <Time at={at} />
        </span>
      </div>
      {changes.length > 0 && (
        <ul className="small muted">
          {changes.map((change) => (
            <li key={change.field} className="break">
              <span className="mono">{change.field}</span> {changeWords(change)}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** Its name, and where it has a page a link to it. */
function Subject({ subject: { kind, id, name } }: { subject: Entry['subject'] }) {
  const text = name ?? id;
  if (kind === 'endpoint') {
    return (
      <Link to="/endpoints/$endpointId" params={{ endpointId: id }}>
        {text}
      </Link>
    );
  }
  if (kind === 'delivery') {
    return (
      <Link to="/deliveries/$deliveryId" params={{ deliveryId: id }} className="break">
        {text}
      </Link>
    );
  }
  return <span className="break">{text}</span>;
}
