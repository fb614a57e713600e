/** Headers of a request or an answer, folded away: they are looked at rarely. */
export function HeaderTable({ headers, label }: { headers: Readonly<Record<string, string>>; label: string }) {
  const rows = Object.entries(headers);
  if (rows.length === 0) return null;
  return (
    <details className="more small">
      <summary>
        {label} ({rows.length})
      </summary>
      <dl className="facts headers">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt className="mono">{name}</dt>
            <dd className="mono">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
