import type { Schema } from '../../api/client.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { HeaderTable } from '../../components/header-table.tsx';
import { Badge } from '../../components/status-badge.tsx';
import { errorWords } from '../../format/error-words.ts';
import { prettyJson } from '../../format/json.ts';
import { tookTime } from '../../format/time.ts';

/** One request and what came back. `delivered`: what is thought of it, where an attempt around it does not say so already. */
export function ExchangeView({ exchange, delivered }: { exchange: Schema<'Exchange'>; delivered?: boolean }) {
  return (
    <div className="exchange">
      <div className="stack-s">
        <h3>Request</h3>
        <p className="mono break">
          {exchange.method} {exchange.url}
        </p>
        <HeaderTable headers={exchange.requestHeaders} label="Headers" />
        {exchange.requestBody === '' ? (
          <p className="small muted">No body.</p>
        ) : (
          <CodeBlock code={prettyJson(exchange.requestBody)} label="Request body" />
        )}
      </div>
      <div className="stack-s">
        <h3>Response</h3>
        <p className="row wrap">
          {delivered !== undefined && (
            <Badge tone={delivered ? 'good' : 'bad'} icon={delivered ? 'check' : 'cross'}>
              {delivered ? 'Accepted' : 'Not accepted'}
            </Badge>
          )}
          <span className="mono">{exchange.status ?? 'no answer'}</span>
          <span className="muted">{tookTime(exchange.durationMs)}</span>
        </p>
        {delivered !== undefined && exchange.errorCode !== null && (
          <p className="field-error">{errorWords(exchange.errorCode)}</p>
        )}
        {exchange.errorMessage !== null && <p className="small muted break">{exchange.errorMessage}</p>}
        {exchange.responseHeaders && <HeaderTable headers={exchange.responseHeaders} label="Headers" />}
        <ResponseBody exchange={exchange} />
      </div>
    </div>
  );
}

function ResponseBody({ exchange }: { exchange: Schema<'Exchange'> }) {
  const { responseBody, responseEncoding, responseTruncated } = exchange;
  if (responseBody === null) return null;
  if (responseBody === '') return <p className="small muted">No body.</p>;
  return (
    <>
      {responseEncoding === 'base64' && <p className="small muted">The body is no text; it is shown as base64.</p>}
      <CodeBlock code={responseEncoding === 'utf8' ? prettyJson(responseBody) : responseBody} label="Response body" />
      {responseTruncated && <p className="small muted">Only its beginning was kept.</p>}
    </>
  );
}
