import type { ConfigFault } from '../destination.ts';
import type { JiraConfig } from './config.ts';

/** Fields that Waybill fills itself. */
const OWN_FIELDS = ['project', 'issuetype', 'summary', 'description', 'labels'];
const MAX_REOPEN_DAYS = 3_650;

/** Rules over several fields, and over those whose texts Jira restricts. */
export function checkJira(config: JiraConfig): ConfigFault[] {
  return [...addressFaults(config), ...checkCredentials(config), ...valueFaults(config)];
}

function addressFaults({ deployment, baseUrl, apiBaseUrl }: JiraConfig): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const url = URL.parse(baseUrl);
  if (!url) return [{ field: 'baseUrl', rule: 'must be an absolute http or https address' }];
  if (url.search || url.hash || url.username || url.password) {
    faults.push({ field: 'baseUrl', rule: 'must have no query, no fragment and no user name' });
  }
  if (url.hostname === 'api.atlassian.com') {
    faults.push({ field: 'baseUrl', rule: 'must be the address of the site; this one belongs in apiBaseUrl' });
  } else if (deployment === 'cloud' && url.pathname !== '/') {
    faults.push({ field: 'baseUrl', rule: 'must be the address of the site alone, without a path' });
  } else if (/\/(rest|browse|projects|secure)(\/|$)/.test(url.pathname)) {
    faults.push({
      field: 'baseUrl',
      rule: 'must be the address of Jira alone, without the path of a page or of the API',
    });
  }
  if (deployment === 'datacenter' && url.hostname.endsWith('.atlassian.net')) {
    faults.push({ field: 'deployment', rule: 'must be cloud for an address at atlassian.net' });
  }
  if (apiBaseUrl?.includes('/rest')) {
    faults.push({ field: 'apiBaseUrl', rule: 'must end before /rest' });
  }
  return faults;
}

/** What the deployment needs to sign in. */
export function checkCredentials({ deployment, email, apiToken, accessToken }: JiraConfig): ConfigFault[] {
  if (deployment === 'datacenter') {
    if (!accessToken) return [{ field: 'accessToken', rule: 'is required for Data Center' }];
    return /^[\x21-\x7e]+$/.test(accessToken)
      ? []
      : [{ field: 'accessToken', rule: 'must hold only visible ASCII characters' }];
  }
  const faults: ConfigFault[] = [];
  if (!email) faults.push({ field: 'email', rule: 'is required for Cloud' });
  else if (email.includes(':')) faults.push({ field: 'email', rule: 'must hold no colon' });
  if (!apiToken) faults.push({ field: 'apiToken', rule: 'is required for Cloud' });
  return faults;
}

function valueFaults({ project, labels = [], fields = {}, reopenWithinDays = 0 }: JiraConfig): ConfigFault[] {
  const faults: ConfigFault[] = [];
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(project)) {
    faults.push({ field: 'project', rule: 'must be the key of a project: letters, digits and _' });
  }
  for (const label of labels.filter((text) => text === '' || /\s/.test(text))) {
    faults.push({ field: 'labels', rule: `must hold no spaces: "${label}"` });
  }
  for (const id of Object.keys(fields).filter((name) => OWN_FIELDS.includes(name))) {
    faults.push({ field: 'fields', rule: `must not hold ${id}, which Waybill fills itself` });
  }
  if (reopenWithinDays < 0 || reopenWithinDays > MAX_REOPEN_DAYS) {
    faults.push({ field: 'reopenWithinDays', rule: `must be 0 to ${MAX_REOPEN_DAYS}` });
  }
  return faults;
}
