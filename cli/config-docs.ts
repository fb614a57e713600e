import { configTable } from './config.ts';
import type { ConfigRow } from './config-table.ts';

/**
 * The text of docs/configuration.md, made from the table that the configuration is read by.
 * A test holds the page against it; `npm run --silent waybill config > docs/configuration.md` writes it anew.
 */
export function printConfigMarkdown(): string {
  const rows = configTable().map(
    (row) => `| \`${row.variable}\` | ${defaultText(row)} | ${row.description}${row.secret ? ' Secret.' : ''} |`,
  );
  return `# Configuration

Waybill reads its configuration from the environment. Everything has a default that works on one machine. An empty
variable counts as absent. All faults are reported at once, by the name of the variable; the values of secret ones are
never shown. A \`WAYBILL_\` variable that is not in this table is a fault.

| variable | default | meaning |
| --- | --- | --- |
${rows.join('\n')}

For a secured Temporal cluster or Temporal Cloud, the variables of Temporal's own clients apply as well
(\`TEMPORAL_API_KEY\`, \`TEMPORAL_TLS\`, \`TEMPORAL_TLS_CLIENT_CERT_PATH\`, \`TEMPORAL_TLS_CLIENT_KEY_PATH\`,
\`TEMPORAL_CONFIG_FILE\`, \`TEMPORAL_PROFILE\` …); see Temporal's page on environment configuration.

This page is printed from \`cli/config-table.ts\`.
`;
}

function defaultText(row: ConfigRow): string {
  if (row.default === undefined) return row.whenAbsent ?? '';
  const withDatabase =
    row.defaultWithDatabase === undefined ? '' : `; \`${row.defaultWithDatabase}\` with \`DATABASE_URL\``;
  return `\`${row.default}\`${withDatabase}`;
}
