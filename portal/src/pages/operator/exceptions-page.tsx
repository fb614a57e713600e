import { useNavigate, useSearch } from '@tanstack/react-router';
import { api, ask, type Schema } from '../../api/client.ts';
import { Field } from '../../components/field.tsx';
import { Page } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { Badge, type Tone } from '../../components/status-badge.tsx';
import { Time } from '../../components/time.tsx';
import { EXCEPTION_STATUSES } from './exception-status.ts';
import { useOrganizationId } from './organization-id.ts';
import { PagedList } from './paged-list.tsx';

type RiskException = Schema<'RiskException'>;

const LOOK = {
  requested: { tone: 'waiting', icon: 'clock' },
  approved: { tone: 'good', icon: 'check' },
  rejected: { tone: 'bad', icon: 'cross' },
  expired: { tone: 'neutral', icon: 'ban' },
} as const satisfies Record<RiskException['status'], { tone: Tone; icon: string }>;

/** Exceptions from rules, newest first; the daily scan warns of approved ones that are about to expire. */
export function ExceptionsPage() {
  const organizationId = useOrganizationId();
  const navigate = useNavigate();
  const { status } = useSearch({ strict: false }) as { status?: RiskException['status'] };
  return (
    <Page title="Exceptions" lead="Risk exceptions that were handed in. A daily scan tells of those about to expire.">
      <div className="filters">
        <Field label="Status">
          {(control) => (
            <select
              {...control}
              value={status ?? ''}
              onChange={(event) => {
                const chosen = EXCEPTION_STATUSES.find((one) => one === event.target.value);
                const search = { organization: organizationId, ...(chosen && { status: chosen }) };
                void navigate({ to: '/operator/exceptions', search, replace: true });
              }}
            >
              <option value="">All</option>
              {EXCEPTION_STATUSES.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <PagedList<RiskException>
        queryKey={['exceptions', organizationId, status ?? null]}
        read={(cursor) =>
          ask(
            api.GET('/v1/exceptions', {
              params: { query: { limit: 50, ...(status && { status }), ...(cursor && { cursor }) } },
            }),
          )
        }
        what="exceptions"
        columns={['Rule', 'Status', 'Reason', 'Requested by', 'Expires']}
        row={(exception) => (
          <tr key={exception.exceptionId}>
            <td className="title">
              <strong className="break">{exception.ruleId}</strong>
              <div className="muted small break">{`${exception.fileName} · ${exception.location}`}</div>
            </td>
            <td data-label="Status">
              <Badge {...LOOK[exception.status]}>{exception.status}</Badge>
            </td>
            <td data-label="Reason" className="break">
              {exception.reason}
            </td>
            <td data-label="Requested by" className="break">
              {exception.requestedByEmail}
            </td>
            <td data-label="Expires">
              <Time at={exception.expiresAt} />
            </td>
          </tr>
        )}
        empty={
          <Empty icon="shield" title={status === undefined ? 'No exceptions' : `No ${status} exceptions`}>
            <p>They are handed in through the API of the dialect flowcerta.</p>
          </Empty>
        }
      />
    </Page>
  );
}
