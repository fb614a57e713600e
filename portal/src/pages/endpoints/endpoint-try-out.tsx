import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ask } from '../../api/client.ts';
import { wordsOf } from '../../api/problem.ts';
import { Button } from '../../components/button.tsx';
import { Section } from '../../components/section.tsx';
import { ErrorNote } from '../../components/states.tsx';
import { CheckResult } from './check-result.tsx';
import { destinationsQuery, type Endpoint, endpointQuery } from './endpoint-queries.ts';
import { PreviewRequests } from './preview-requests.tsx';

/** Checks the settings of a native destination with its vendor, and shows what an event would send. */
export function EndpointTryOut({ endpoint }: { endpoint: Endpoint }) {
  const client = useQueryClient();
  const { data: kinds } = useQuery(destinationsQuery);
  const params = { path: { id: endpoint.id } };
  const checking = useMutation({
    mutationFn: () => ask(api.POST('/v1/endpoints/{id}/check', { params })),
    onSuccess: () => client.invalidateQueries({ queryKey: endpointQuery(endpoint.id).queryKey }),
  });
  const previewing = useMutation({
    mutationFn: () => ask(api.POST('/v1/endpoints/{id}/preview', { params, body: {} })),
  });
  const fields = kinds?.find(({ kind }) => kind === endpoint.destination)?.fields ?? [];
  return (
    <Section title="What it sends" lead="A look at the request that an event would cause; nothing is sent.">
      <div className="row wrap">
        {endpoint.destination !== 'webhook' && (
          <Button icon="check" busy={checking.isPending} onClick={() => checking.mutate()}>
            Check the settings
          </Button>
        )}
        <Button icon="search" busy={previewing.isPending} onClick={() => previewing.mutate()}>
          Preview
        </Button>
      </div>
      {checking.isError && <ErrorNote>{wordsOf(checking.error)}</ErrorNote>}
      {checking.data && <CheckResult result={checking.data} fields={fields} />}
      {previewing.isError && <ErrorNote>{wordsOf(previewing.error)}</ErrorNote>}
      {previewing.data && <PreviewRequests preview={previewing.data} />}
    </Section>
  );
}
