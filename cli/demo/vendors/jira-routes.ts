import type { FakeAnswer } from './fake-server.ts';
import { type FakeIssue, type FakeIssues, type FakeTransition, fakeWorkflow, STATUSES } from './jira-issues.ts';
import { type FakeProject, issueFaults, type RichFlavour, richFault } from './jira-project.ts';

export interface JiraCall {
  method: string;
  /** After `/rest/api/<version>`. */
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  flavour: RichFlavour;
}

export interface JiraSite {
  project: FakeProject;
  issues: FakeIssues;
  deployment: 'cloud' | 'datacenter';
  baseUrl: string;
}

const WORKFLOW = fakeWorkflow();
const MAX_PROPERTY = 32_768;

/** What Jira does and answers, once it knows who asks. */
export function answerJira(call: JiraCall, site: JiraSite): FakeAnswer {
  const [, resource = '', id, part] = call.path.split('/');
  const route = `${call.method} ${resource}${id ? '/:' : ''}${part ? `/${part}` : ''}`;
  if (resource === 'search') return search(call, site);
  if (resource === 'issue' && id === 'createmeta') return createMeta(call, site);
  if (route === 'POST issue') return createIssue(call, site);
  if (resource === 'issue' && id) {
    const issue = site.issues.find(decodeURIComponent(id));
    return issue ? answerIssue(`${call.method} ${part ?? ''}`, call, issue, site) : refused(404, [NO_ISSUE]);
  }
  return answerSetup(call, site);
}

const NO_ISSUE = 'Issue does not exist or you do not have permission to see it.';

function search({ method, path, body }: JiraCall, { issues, deployment, project }: JiraSite): FakeAnswer {
  const cloud = deployment === 'cloud';
  if (cloud && path === '/search') {
    return refused(410, ['The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.']);
  }
  if (method !== 'POST' || path !== (cloud ? '/search/jql' : '/search')) return refused(404, []);
  const {
    jql = '',
    maxResults = 50,
    fields = [],
    reconcileIssues = [],
  } = body as {
    jql?: string;
    maxResults?: number;
    fields?: string[];
    reconcileIssues?: number[];
  };
  const [, wanted = ''] = /project = "([^"]*)"/.exec(jql) ?? [];
  if (wanted.toUpperCase() !== project.key) {
    return refused(400, [`The value '${wanted}' does not exist for the field 'project'.`]);
  }
  if (reconcileIssues.some((id) => !Number.isInteger(id)) || (!cloud && 'reconcileIssues' in body)) {
    return refused(400, ['Invalid request payload. Refer to the REST API documentation and try again.']);
  }
  const found = issues.search(jql, reconcileIssues.map(String));
  if (!found) return refused(400, [`Error in the JQL Query: ${jql}`]);
  const page = found.slice(0, maxResults).map((issue) => shown(issue, fields));
  if (cloud) return { status: 200, body: { issues: page, isLast: found.length <= maxResults } };
  return { status: 200, body: { startAt: 0, maxResults, total: found.length, issues: page } };
}

function shown(issue: FakeIssue, fields: readonly string[], properties: readonly string[] = []): object {
  const { id, key, status, resolution, resolvedAt, updatedAt } = issue;
  const all: Record<string, unknown> = {
    ...issue.fields,
    status: { name: status, statusCategory: { key: STATUSES[status] } },
    resolution: resolution === null ? null : { name: resolution },
    resolutiondate: resolvedAt,
    updated: updatedAt,
  };
  const known = fields.filter((name) => name in all).map((name) => [name, all[name]]);
  const asked = properties.filter((name) => name in issue.properties).map((name) => [name, issue.properties[name]]);
  const withProperties = properties.length > 0 ? { properties: Object.fromEntries(asked) } : {};
  return { id, key, ...(fields.length > 0 ? { fields: Object.fromEntries(known) } : {}), ...withProperties };
}

function createIssue({ body, flavour }: JiraCall, { project, issues, baseUrl }: JiraSite): FakeAnswer {
  const { fields = {}, properties = [] } = body as {
    fields?: Record<string, unknown>;
    properties?: { key: string; value: unknown }[];
  };
  if (project.denied.includes('CREATE_ISSUES')) {
    return refused(400, [], { project: 'You do not have permission to create issues in this project.' });
  }
  const faults = issueFaults(project, fields, flavour);
  if (faults) return { status: 400, body: faults };
  if (properties.some(({ value }) => JSON.stringify(value).length > MAX_PROPERTY))
    return refused(400, ['The property value is too long.']);
  const { id, key } = issues.create(fields, properties);
  return { status: 201, body: { id, key, self: `${baseUrl}/rest/api/${flavour === 'adf' ? 3 : 2}/issue/${id}` } };
}

function answerIssue(route: string, call: JiraCall, issue: FakeIssue, { project, issues }: JiraSite): FakeAnswer {
  const { query, body, flavour } = call;
  switch (route) {
    case 'GET ':
      return { status: 200, body: shown(issue, listOf(query, 'fields'), listOf(query, 'properties')) };
    case 'GET comment': {
      const newestFirst = query.get('orderBy') === '-created';
      const comments = newestFirst ? issue.comments.toReversed() : issue.comments;
      const max = Number(query.get('maxResults') ?? 50);
      return { status: 200, body: { startAt: 0, total: comments.length, comments: comments.slice(0, max) } };
    }
    case 'POST comment': {
      if (project.denied.includes('ADD_COMMENTS'))
        return refused(403, ['You do not have the permission to comment on this issue.']);
      const fault = richFault(body.body, flavour);
      if (fault) return fault === 'INVALID_INPUT' ? refused(400, [fault]) : refused(400, [], { comment: fault });
      if (issue.comments.length >= project.maxComments) {
        return refused(413, ['The per-issue limit has been breached for comments field.']);
      }
      return { status: 201, body: issues.comment(issue, body.body) };
    }
    case 'GET transitions':
      return { status: 200, body: { transitions: offered(issue).map((one) => shownTransition(one, query)) } };
    case 'POST transitions':
      return move(body, issue, issues);
    default:
      return refused(405, []);
  }
}

function offered({ status }: FakeIssue): FakeTransition[] {
  return WORKFLOW.filter(({ from }) => from.includes(status));
}

function shownTransition({ id, name, to, fields }: FakeTransition, query: URLSearchParams): object {
  const expanded = query.get('expand') === 'transitions.fields' ? { fields } : {};
  return { id, name, to: { name: to, statusCategory: { key: STATUSES[to] } }, ...expanded };
}

function move(body: Record<string, unknown>, issue: FakeIssue, issues: FakeIssues): FakeAnswer {
  const { transition, fields = {} } = body as {
    transition?: { id?: string };
    fields?: Record<string, { name?: string }>;
  };
  const made = offered(issue).find(({ id }) => id === transition?.id);
  if (!made) return refused(400, ['It seems that you have tried to perform an illegal workflow operation.']);
  for (const [id, { name, allowedValues }] of Object.entries(made.fields)) {
    const value = fields[id]?.name;
    if (value === undefined) return refused(400, [], { [id]: `${name} is required.` });
    if (!allowedValues.some((allowed) => allowed.name === value)) {
      return refused(400, [], { [id]: `${name} name '${value}' is not valid` });
    }
  }
  const stranger = Object.keys(fields).find((id) => !(id in made.fields));
  if (stranger)
    return refused(400, [], {
      [stranger]: `Field '${stranger}' cannot be set. It is not on the appropriate screen, or unknown.`,
    });
  issues.move(issue, made.to, fields.resolution?.name ?? null);
  return { status: 204 };
}

/** Forms for new issues; names of lists differ between the deployments. */
function createMeta({ path, query }: JiraCall, { project, deployment }: JiraSite): FakeAnswer {
  const [, , , key, , typeId] = path.split('/');
  const cloud = deployment === 'cloud';
  if (key?.toUpperCase() !== project.key) return refused(404, [`No project could be found with key '${key}'.`]);
  if (typeId === undefined) return paged(project.issueTypes, query, cloud ? 'issueTypes' : 'values');
  const fields = Object.entries(project.fields).map(([fieldId, { name, required = false, allowed }]) => ({
    fieldId,
    name,
    required,
    hasDefaultValue: false,
    ...(allowed ? { allowedValues: allowed.map((value) => ({ name: value, value })) } : {}),
  }));
  return paged(fields, query, cloud ? 'fields' : 'values');
}

function answerSetup({ method, path, query }: JiraCall, { project, deployment }: JiraSite): FakeAnswer {
  const projects = [{ id: '10000', key: project.key, name: 'Data quality' }];
  const cloud = deployment === 'cloud';
  switch (`${method} ${path}`) {
    case 'GET /myself':
      return {
        status: 200,
        body: { accountId: '5b10a2844c20165700ede21g', displayName: 'Waybill Bot', name: 'waybill' },
      };
    case 'GET /mypermissions':
      return permissions(query, project);
    case 'GET /project/search':
      return cloud ? paged(projects, query, 'values') : refused(404, []);
    case 'GET /projects/picker':
      return cloud
        ? refused(404, [])
        : { status: 200, body: { projects, total: 1, header: 'Showing 1 of 1 projects' } };
    case 'GET /user/assignable/search':
      return {
        status: 200,
        body: [{ accountId: '5b10a2844c20165700ede21g', name: 'mia', displayName: 'Mia Krystof' }],
      };
    default:
      return refused(404, []);
  }
}

function permissions(query: URLSearchParams, project: FakeProject): FakeAnswer {
  const key = query.get('projectKey') ?? '';
  if (key.toUpperCase() !== project.key) return refused(404, [`No project could be found with key '${key}'.`]);
  const names = listOf(query, 'permissions');
  if (names.length === 0) return refused(400, ["The 'permissions' query parameter is required."]);
  const held = names.map((name) => [name, { key: name, havePermission: !project.denied.includes(name) }]);
  return { status: 200, body: { permissions: Object.fromEntries(held) } };
}

function paged(entries: readonly object[], query: URLSearchParams, name: string): FakeAnswer {
  const startAt = Number(query.get('startAt') ?? 0);
  const maxResults = Number(query.get('maxResults') ?? 50);
  const page = entries.slice(startAt, startAt + maxResults);
  return { status: 200, body: { startAt, maxResults, total: entries.length, [name]: page } };
}

function listOf(query: URLSearchParams, name: string): string[] {
  return (query.get(name) ?? '').split(',').filter(Boolean);
}

function refused(status: number, errorMessages: string[], errors: Record<string, string> = {}): FakeAnswer {
  return { status, body: { errorMessages, errors } };
}
