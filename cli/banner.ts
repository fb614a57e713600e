import { resolve } from 'node:path';

/** What the banner tells. */
export interface BannerFacts {
  url: string;
  uiUrl: string | null;
  adminKeyFile: string | null;
  recovered: number;
}

/** What a person sees once everything is ready: where things are, and three lines to paste. */
export function banner(facts: BannerFacts): string {
  // Absolute, since the lines are pasted in another terminal, which may be in another folder.
  const keyFile = facts.adminKeyFile && resolve(facts.adminKeyFile);
  const key = keyFile ? `$(cat ${shellWord(keyFile)})` : '$WAYBILL_ADMIN_KEY';
  const json = "-H 'content-type: application/json'";
  return `
Waybill is ready.

  API          ${facts.url}
  Portal       ${facts.url}/portal
  Reference    ${facts.url}/docs
  Temporal UI  ${facts.uiUrl ?? 'that of your Temporal'}
  Admin key    ${keyFile ?? 'as given in WAYBILL_ADMIN_KEY'}
${facts.recovered > 0 ? `  Resumed      ${facts.recovered} deliveries that waited at the end of the last run\n` : ''}
First event, in three lines (any receiver will do; this one must listen on port 9000):

  KEY=$(curl -s ${facts.url}/v1/organizations -H "authorization: Bearer ${key}" ${json} -d '{"name":"Acme"}' | sed 's/.*"key":"\\([^"]*\\)".*/\\1/')
  curl -s ${facts.url}/v1/endpoints -H "authorization: Bearer $KEY" ${json} -d '{"url":"http://127.0.0.1:9000/"}'
  curl -s ${facts.url}/v1/events -H "authorization: Bearer $KEY" ${json} -d '{"type":"order.created","data":{"total":42}}'

Ctrl-C stops it; state stays in the data folder.
`;
}

/** A path as one word of a shell's command line. */
function shellWord(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
