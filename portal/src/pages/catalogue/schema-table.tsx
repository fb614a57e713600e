import { CodeBlock } from '../../components/code-block.tsx';
import { schemaRows } from './schema-rows.ts';

/** The fields of a payload, and the JSON Schema to copy. */
export function SchemaTable({ schema, name }: { schema: Record<string, unknown> | null; name: string }) {
  if (schema === null) return <p className="muted">No schema is registered: any object may come.</p>;
  const rows = schemaRows(schema);
  return (
    <>
      {rows.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Type</th>
              <th scope="col">Present</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ path, type, isRequired, description }) => (
              <tr key={path}>
                <td className="title">
                  <span className="mono break">{path}</span>
                  {description && <div className="small muted">{description}</div>}
                </td>
                <td data-label="Type" className="break">
                  {type}
                </td>
                <td data-label="Present">{isRequired ? 'always' : <span className="muted">sometimes</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <details className="more">
        <summary>JSON Schema</summary>
        <CodeBlock code={JSON.stringify(schema, null, 2)} label={`JSON Schema of ${name}`} />
      </details>
    </>
  );
}
