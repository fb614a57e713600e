import { api, ask, type Schema } from '../../api/client.ts';
import { Page } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { Badge } from '../../components/status-badge.tsx';
import { Time } from '../../components/time.tsx';
import { useOrganizationId } from './organization-id.ts';
import { PagedList } from './paged-list.tsx';

/** Validations that were handed in, newest first. */
export function ValidationsPage() {
  const organizationId = useOrganizationId();
  return (
    <Page title="Validations" lead="Results of policy checks that were handed in, and from which events follow.">
      <PagedList<Schema<'Validation'>>
        queryKey={['validations', organizationId]}
        read={(cursor) =>
          ask(api.GET('/v1/validations', { params: { query: { limit: 50, ...(cursor && { cursor }) } } }))
        }
        what="validations"
        columns={['File', 'Result', 'Score', 'Findings', 'Policy', 'Validated']}
        row={({ validationId, fileName, label, platform, passed, score, summary, policyPackSlug, validatedAt }) => (
          <tr key={validationId}>
            <td className="title">
              <strong className="break">{label ?? fileName}</strong>
              <div className="muted small break">{label === null ? platform : `${fileName} · ${platform}`}</div>
            </td>
            <td data-label="Result">
              <Badge tone={passed ? 'good' : 'bad'} icon={passed ? 'check' : 'cross'}>
                {passed ? 'Passed' : 'Failed'}
              </Badge>
            </td>
            <td data-label="Score" className="number">
              {score}
            </td>
            <td data-label="Findings">{findings(summary)}</td>
            <td data-label="Policy" className="break">
              {policyPackSlug}
            </td>
            <td data-label="Validated">
              <Time at={validatedAt} />
            </td>
          </tr>
        )}
        empty={
          <Empty icon="shield" title="No validations">
            <p>They are handed in through the API of the dialect flowcerta.</p>
          </Empty>
        }
      />
    </Page>
  );
}

/** `2 critical, 5 low`: severities without findings are left out. */
function findings(summary: Schema<'ValidationSummary'>): string {
  const found = (['critical', 'high', 'medium', 'low'] as const).filter((severity) => summary[severity] > 0);
  return found.length === 0 ? 'none' : found.map((severity) => `${summary[severity]} ${severity}`).join(', ');
}
