import type { Schema } from '../../api/client.ts';
import { Icon } from '../../components/icon.tsx';

/** What a check of a native destination saw, and what is wrong. */
export function CheckResult({
  result,
  fields,
}: {
  result: Schema<'DestinationCheck'>;
  fields: readonly Schema<'DestinationField'>[];
}) {
  const labelOf = (name: string) => fields.find((field) => field.name === name)?.label ?? name;
  return (
    <div className={`note ${result.ok ? 'good' : 'failed'}`} role="status">
      <Icon name={result.ok ? 'check' : 'warning'} />
      <div className="stack-s">
        <strong>{result.ok ? 'The settings work' : 'Something is wrong'}</strong>
        {result.resumed && <p>The endpoint was paused, and goes on.</p>}
        {result.found.length > 0 && (
          <ul className="bullets">
            {result.found.map((found) => (
              <li key={found}>{found}</li>
            ))}
          </ul>
        )}
        {result.faults.length > 0 && (
          <ul className="bullets">
            {result.faults.map(({ field, rule }) => (
              <li key={`${field} ${rule}`}>
                <strong>{labelOf(field)}</strong> {rule}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
