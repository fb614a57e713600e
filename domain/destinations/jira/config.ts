import type { ConfigFault } from '../destination.ts';
import type { DestinationField } from '../fields.ts';
import { SEVERITIES, type Severity } from '../message.ts';

/** What an endpoint of kind `jira` is configured with; credentials included. Texts are final: templates are rendered. */
export interface JiraConfig {
  deployment: 'cloud' | 'datacenter';
  /** Where people open Jira. */
  baseUrl: string;
  /** Where the API is, if elsewhere: scoped tokens of Cloud work at `https://api.atlassian.com/ex/jira/<cloud id>` alone. */
  apiBaseUrl?: string | undefined;
  email?: string | undefined;
  apiToken?: string | undefined;
  accessToken?: string | undefined;
  /** Its key. */
  project: string;
  /** Its name, or its id. */
  issueType: string;
  /** Absent: Jira's own five names. A severity that is not in it gets no priority. */
  priorities?: Readonly<Partial<Record<Severity, string>>> | undefined;
  labels?: readonly string[] | undefined;
  components?: readonly string[] | undefined;
  /** Account id in Cloud, user name in Data Center. */
  assignee?: string | undefined;
  /** By id; JSON or text. */
  fields?: Readonly<Record<string, string>> | undefined;
  createResolved?: boolean | undefined;
  resolveTransition?: string | undefined;
  resolution?: string | undefined;
  reopenTransition?: string | undefined;
  reopenWithinDays?: number | undefined;
}

export const DEFAULT_REOPEN_WITHIN_DAYS = 7;

const CLOUD = { field: 'deployment', in: ['cloud'] };
const DATA_CENTER = { field: 'deployment', in: ['datacenter'] };

export const jiraFields: readonly DestinationField[] = [
  {
    name: 'deployment',
    label: 'Jira',
    kind: 'select',
    required: true,
    secret: false,
    help: 'Cloud is at atlassian.net; Data Center runs on a server of your own.',
    options: [
      { value: 'cloud', label: 'Cloud' },
      { value: 'datacenter', label: 'Data Center' },
    ],
  },
  {
    name: 'baseUrl',
    label: 'Address',
    kind: 'url',
    required: true,
    secret: false,
    help: 'Where you open Jira, without the part that names a project or a board.',
    placeholder: 'https://example.atlassian.net',
  },
  {
    name: 'apiBaseUrl',
    label: 'API address',
    kind: 'url',
    required: false,
    secret: false,
    help: 'Only for scoped tokens and service accounts: https://api.atlassian.com/ex/jira/ and the cloud id, which stands at /_edge/tenant_info of the site.',
    when: CLOUD,
  },
  {
    name: 'email',
    label: 'E-mail',
    kind: 'text',
    required: true,
    secret: false,
    help: 'Of the account that the API token belongs to.',
    when: CLOUD,
  },
  {
    name: 'apiToken',
    label: 'API token',
    kind: 'secret',
    required: true,
    secret: true,
    help: 'Made at id.atlassian.com under Security; it expires after a year at most.',
    when: CLOUD,
  },
  {
    name: 'accessToken',
    label: 'Personal access token',
    kind: 'secret',
    required: true,
    secret: true,
    help: "Made in the user's profile in Jira.",
    when: DATA_CENTER,
  },
  {
    name: 'project',
    label: 'Project',
    kind: 'text',
    required: true,
    secret: false,
    help: 'Its key, which begins the name of every issue.',
    loads: true,
    placeholder: 'DQ',
  },
  {
    name: 'issueType',
    label: 'Issue type',
    kind: 'text',
    required: true,
    secret: false,
    help: 'Its name as the project has it, or its id.',
    loads: true,
    placeholder: 'Task',
  },
  {
    name: 'priorities',
    label: 'Priorities',
    kind: 'map',
    required: false,
    secret: false,
    help: 'The priority of a new issue for each severity; a severity that is left out gets none. Without any: Highest, High, Medium, Low, Lowest.',
    options: SEVERITIES.map((severity) => ({ value: severity, label: severity })),
    loads: true,
  },
  {
    name: 'labels',
    label: 'Labels',
    kind: 'list',
    required: false,
    secret: false,
    help: 'Of a new issue, beside the one that Waybill finds it by. Labels hold no spaces.',
    maxLength: 255,
  },
  {
    name: 'components',
    label: 'Components',
    kind: 'list',
    required: false,
    secret: false,
    help: 'Of a new issue, by name.',
    loads: true,
  },
  {
    name: 'assignee',
    label: 'Assignee',
    kind: 'text',
    required: false,
    secret: false,
    help: 'Of a new issue: an account id in Cloud, a user name in Data Center.',
    loads: true,
  },
  {
    name: 'fields',
    label: 'More fields',
    kind: 'map',
    required: false,
    secret: false,
    help: 'Of a new issue, by id such as customfield_10042. A value that is JSON is sent as such: {"value": "Data"} for a choice, 3 for a number, "3" for the text; anything else is sent as text.',
    maxLength: 4_096,
  },
  {
    name: 'createResolved',
    label: 'Issues for good news',
    kind: 'boolean',
    required: false,
    secret: false,
    help: 'Whether an event that leaves nothing to do makes an issue where there is none yet; it is resolved at once. Otherwise such events only resolve what is there.',
    default: false,
  },
  {
    name: 'resolveTransition',
    label: 'Transition that resolves',
    kind: 'text',
    required: false,
    secret: false,
    help: 'Its name, or that of the status it leads to. Without it, or where it cannot be made: any that leads to a status of the category Done.',
    loads: true,
  },
  {
    name: 'resolution',
    label: 'Resolution',
    kind: 'text',
    required: false,
    secret: false,
    help: 'Set where the transition asks for one.',
    default: 'Done',
  },
  {
    name: 'reopenTransition',
    label: 'Transition that reopens',
    kind: 'text',
    required: false,
    secret: false,
    help: 'Its name, or that of the status it leads to. Without it, or where it cannot be made: any that leads out of the category Done.',
    loads: true,
  },
  {
    name: 'reopenWithinDays',
    label: 'Reopen within days',
    kind: 'number',
    required: false,
    secret: false,
    help: 'A resolved issue is reopened by a new problem so many days after, and later only commented; 0: never reopened. Events of severity info, and issues that somebody closed as not to be done, are never reopened.',
    default: DEFAULT_REOPEN_WITHIN_DAYS,
  },
];

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

export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
