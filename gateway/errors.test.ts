import { expect, it } from 'vitest';
import { PROBLEMS } from './errors.ts';

const INTRODUCTION = `# Errors

Every error is answered as \`application/problem+json\` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)):

\`\`\`json
{
  "type": "urn:waybill:problem:validation_failed",
  "title": "A field breaks a rule",
  "status": 422,
  "code": "validation_failed",
  "detail": "type: is required: expected string",
  "errors": [{ "field": "type", "rule": "is required: expected string" }]
}
\`\`\`

\`code\` is the contract; the texts may improve. \`errors\` is there where fields are at fault, \`requestId\` on a 500. No answer
repeats a secret, a URL or a header value.

This page is made from \`gateway/errors.ts\` by \`npx vitest run gateway/errors.test.ts -u\`.

| code | status | meaning | what to do |
| --- | --- | --- | --- |
`;

const rows = Object.entries(PROBLEMS).map(
  ([code, { status, title, remedy }]) => `| \`${code}\` | ${status} | ${title} | ${remedy} |\n`,
);

it('docs/errors.md lists the catalogue, all of it and nothing else', async () => {
  await expect(INTRODUCTION + rows.join('')).toMatchFileSnapshot('../docs/errors.md');
});
