import type { Schema } from '../../api/client.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { HeaderTable } from '../../components/header-table.tsx';
import { prettyJson } from '../../format/json.ts';

/** The requests that an event would cause, in order. */
export function PreviewRequests({ preview }: { preview: Schema<'EndpointPreview'> }) {
  return (
    <div className="stack">
      <p className="small muted">
        What <span className="tag">{preview.event.type}</span> would send. Secrets are masked.
      </p>
      {preview.requests.map((request, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a list that never changes
        <div key={i} className="stack-s">
          <h3 className="break">
            {preview.requests.length > 1 && `${i + 1}. ${request.step}: `}
            <span className="mono">
              {request.method} {request.url}
            </span>
          </h3>
          {request.body !== '' && <CodeBlock code={prettyJson(request.body)} label="Body that is sent" />}
          <HeaderTable headers={request.headers} label="Headers that are sent" />
        </div>
      ))}
    </div>
  );
}
