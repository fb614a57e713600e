import { isAdf } from './jira-adf.ts';

/** A field of the form for a new issue. */
export interface FakeField {
  name: string;
  kind: 'text' | 'rich' | 'number' | 'option' | 'labels' | 'priority' | 'components' | 'assignee' | 'own';
  required?: boolean;
  allowed?: string[];
}

/** How the project is set up; tests change it. */
export interface FakeProject {
  key: string;
  issueTypes: { id: string; name: string; subtask: boolean }[];
  /** By id. What is not in it is not on the screen. */
  fields: Record<string, FakeField>;
  /** Permissions that the account lacks. */
  denied: string[];
  maxComments: number;
}

export function aFakeProject(): FakeProject {
  return {
    key: 'DQ',
    issueTypes: [
      { id: '10001', name: 'Task', subtask: false },
      { id: '10002', name: 'Bug', subtask: false },
      { id: '10003', name: 'Sub-task', subtask: true },
    ],
    fields: {
      project: { name: 'Project', kind: 'own', required: true },
      issuetype: { name: 'Issue Type', kind: 'own', required: true },
      summary: { name: 'Summary', kind: 'own', required: true },
      description: { name: 'Description', kind: 'rich' },
      labels: { name: 'Labels', kind: 'labels' },
      priority: { name: 'Priority', kind: 'priority', allowed: ['Highest', 'High', 'Medium', 'Low', 'Lowest'] },
      components: { name: 'Components', kind: 'components', allowed: ['Pipeline', 'Exports'] },
      assignee: { name: 'Assignee', kind: 'assignee', allowed: ['5b10a2844c20165700ede21g', 'mia'] },
      customfield_10042: { name: 'Team', kind: 'option', allowed: ['Data', 'Platform'] },
      customfield_10043: { name: 'Rows', kind: 'number' },
      customfield_10044: { name: 'Impact', kind: 'rich' },
      customfield_10045: { name: 'Source', kind: 'text' },
    },
    denied: [],
    maxComments: 5_000,
  };
}

/** What Jira answers to a bad request. */
export interface JiraErrors {
  errorMessages: string[];
  errors: Record<string, string>;
}

export type RichFlavour = 'adf' | 'wiki';

const MAX_RICH = 32_767;
const TOO_LONG = 'The entered text is too long. It exceeds the allowed limit of 32,767 characters.';
const NOT_SET = 'cannot be set. It is not on the appropriate screen, or unknown.';

/** Why a rich text is refused, in Jira's words; undefined for a good one. */
export function richFault(value: unknown, flavour: RichFlavour): string | undefined {
  if (flavour === 'wiki') {
    if (typeof value !== 'string') return 'Operation value must be a string';
    return value.length > MAX_RICH ? TOO_LONG : undefined;
  }
  if (typeof value === 'string')
    return 'Operation value must be an Atlassian Document (see the Atlassian Document Format)';
  if (!isAdf(value)) return 'INVALID_INPUT';
  return JSON.stringify(value).length > MAX_RICH ? TOO_LONG : undefined;
}

/** What is wrong with the fields of a new issue; null for good ones. */
export function issueFaults(
  project: FakeProject,
  fields: Readonly<Record<string, unknown>>,
  flavour: RichFlavour,
): JiraErrors | null {
  const errors: Record<string, string> = {};
  for (const [id, { name, required }] of Object.entries(project.fields)) {
    if (required && fields[id] === undefined) errors[id] = `${name} is required.`;
  }
  for (const [id, value] of Object.entries(fields)) {
    const field = project.fields[id];
    const fault = field ? valueFault(project, id, field, value, flavour) : `Field '${id}' ${NOT_SET}`;
    if (fault) errors[id] = fault;
  }
  if (Object.values(errors).includes('INVALID_INPUT')) return { errorMessages: ['INVALID_INPUT'], errors: {} };
  return Object.keys(errors).length > 0 ? { errorMessages: [], errors } : null;
}

type Named = { name?: string; accountId?: string; key?: string; id?: string; value?: string };

function valueFault(
  project: FakeProject,
  id: string,
  { kind, allowed = [] }: FakeField,
  value: unknown,
  flavour: RichFlavour,
): string | undefined {
  switch (kind) {
    case 'own':
      return ownFault(project, id, value);
    case 'rich':
      return richFault(value, flavour);
    case 'text':
      if (typeof value !== 'string') return 'Operation value must be a string';
      return value.length > 255
        ? `The entered text is too long. It exceeds the allowed limit of 255 characters.`
        : undefined;
    case 'number':
      return typeof value === 'number' ? undefined : 'Operation value must be a number';
    case 'labels':
      return labelsFault(value);
    case 'option':
      return allowed.includes((value as Named)?.value ?? '')
        ? undefined
        : `Option value '${(value as Named)?.value}' is not valid`;
    case 'priority':
      return allowed.includes((value as Named).name ?? '')
        ? undefined
        : `Priority name '${(value as Named).name}' is not valid`;
    case 'components': {
      const wrong = (value as Named[]).find(({ name = '' }) => !allowed.includes(name));
      return wrong && `Component name '${wrong.name}' is not valid`;
    }
    case 'assignee': {
      const user = (flavour === 'adf' ? (value as Named).accountId : (value as Named).name) ?? '';
      return allowed.includes(user) ? undefined : `User '${user}' cannot be assigned issues.`;
    }
  }
}

function ownFault(project: FakeProject, id: string, value: unknown): string | undefined {
  if (id === 'project') return (value as Named).key === project.key ? undefined : 'valid project is required';
  if (id === 'issuetype') {
    const { id: typeId, name } = value as Named;
    const known = project.issueTypes.some((type) => type.id === typeId || type.name === name);
    return known ? undefined : 'Specify a valid issue type';
  }
  if (typeof value !== 'string') return 'Operation value must be a string';
  if (value.trim() === '') return 'You must specify a summary of the issue.';
  if (/[\r\n]/.test(value)) return 'The summary is invalid because it contains newline characters.';
  return value.length > 255 ? "Summary can't exceed 255 characters." : undefined;
}

function labelsFault(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'data was not an array';
  const spaced = value.find((label) => /\s/.test(String(label)));
  if (spaced !== undefined) return `The label '${spaced}' contains spaces which is invalid.`;
  const long = value.find((label) => String(label).length > 255);
  return long === undefined
    ? undefined
    : `The label '${long}' exceeds the maximum length for a single label of 255 characters.`;
}
