import type { JiraConfig } from '../../../domain/destinations/jira/config.ts';
import { type FakeAnswer, startFakeServer } from './fake-server.ts';
import { shownText } from './jira-adf.ts';
import { FakeIssues, STATUSES } from './jira-issues.ts';
import { aFakeProject, type FakeProject } from './jira-project.ts';
import { answerJira, type JiraCall } from './jira-routes.ts';
import type { VendorFake, VendorRequest } from './vendor-fake.ts';

export interface JiraFakeOptions {
  /** Default `cloud`. */
  deployment?: 'cloud' | 'datacenter';
  /** The token works at the API's own address alone; Cloud. */
  scoped?: boolean;
  nowMs?: () => number;
}

export interface JiraFake extends VendorFake {
  config: JiraConfig & Record<string, unknown>;
  project: FakeProject;
  /** How long the search index takes to learn of a change; 0 at first. */
  indexLagMs: number;
  /** Somebody deletes an issue. */
  remove(key: string): void;
  /** Somebody moves an issue, with a resolution where it is done. */
  move(key: string, status: string, resolution?: string): void;
}

const CREDENTIALS = { email: 'waybill@example.com', apiToken: 'ATATT3x-f4k3-t0ken', accessToken: 'NjY2-f4k3-pat' };
/** What Cloud says of its limits with every answer. */
const UNTHROTTLED = { 'x-ratelimit-limit': '350', 'x-ratelimit-remaining': '349', 'x-ratelimit-nearlimit': 'false' };
const CLOUD_ID = '0a1b2c3d-cloud';

/**
 * One project of Jira, Cloud or Data Center: store and search index apart, a workflow whose last step asks for a resolution, and
 * refusals in Jira's words. Sources: destinations.md, sections 3 and 7; developer.atlassian.com, "REST API v3", "Rate limiting".
 */
export async function aFakeJira(options: JiraFakeOptions = {}): Promise<JiraFake> {
  const { deployment = 'cloud', scoped = false, nowMs = Date.now } = options;
  const project = aFakeProject();
  const faults: string[] = [];
  const state = { indexLagMs: 0 };
  const issues = new FakeIssues(project, nowMs, () => state.indexLagMs);
  const writes = new Map<string, number[]>();

  const server = await startFakeServer((request) => {
    const answer = work(request);
    if (answer.status >= 400) faults.push(`${answer.status} ${wordsOf(answer)}`);
    return deployment === 'cloud' ? { ...answer, headers: { ...UNTHROTTLED, ...answer.headers } } : answer;
  });

  function work(request: VendorRequest): FakeAnswer {
    if (!isSignedIn(request, deployment)) return unauthorized();
    const url = new URL(request.path, 'http://jira.invalid');
    const prefix = scoped ? `/ex/jira/${CLOUD_ID}` : '';
    if (!url.pathname.startsWith(`${prefix}/rest/api/`)) return scoped ? unauthorized() : notFound();
    const call = callOf(request, url, prefix, deployment);
    if ('status' in call) return call;
    const [, , issueId] = call.path.split('/');
    if (call.method !== 'GET' && issueId && isThrottled(writes, issueId, nowMs()))
      return throttled('jira-per-issue-on-write');
    return answerJira(call, { project, issues, deployment, baseUrl: server.url });
  }

  const signIn =
    deployment === 'cloud'
      ? { email: CREDENTIALS.email, apiToken: CREDENTIALS.apiToken }
      : { accessToken: CREDENTIALS.accessToken };
  return {
    ...server,
    config: {
      deployment,
      baseUrl: server.url,
      ...(scoped ? { apiBaseUrl: `${server.url}/ex/jira/${CLOUD_ID}` } : {}),
      ...signIn,
      project: project.key,
      issueType: 'Task',
    },
    project,
    faults,
    get indexLagMs() {
      return state.indexLagMs;
    },
    set indexLagMs(lagMs) {
      state.indexLagMs = lagMs;
    },
    things: () =>
      issues.all
        .filter(({ gone }) => !gone)
        .map(({ key, fields, comments, moves, status }) => ({
          id: key,
          title: String(fields.summary),
          notes: comments.map(({ body }) => shownText(body)),
          updates: moves,
          resolved: STATUSES[status] === 'done',
        })),
    remove: (key) => issues.remove(issues.find(key) ?? missing(key)),
    move: (key, status, resolution) => issues.move(issues.find(key) ?? missing(key), status, resolution ?? 'Done'),
  };
}

/** What Jira answers to whoever is too fast; `reason` as in `RateLimit-Reason`. */
export function throttled(reason: string, afterS = 5): FakeAnswer {
  const headers = { 'retry-after': String(afterS), 'ratelimit-reason': reason, 'x-ratelimit-remaining': '0' };
  return { status: 429, headers, body: { errorMessages: ['Rate limit exceeded.'], errors: {} } };
}

function isSignedIn({ headers }: VendorRequest, deployment: 'cloud' | 'datacenter'): boolean {
  const { email, apiToken, accessToken } = CREDENTIALS;
  const basic = `Basic ${Buffer.from(`${email}:${apiToken}`).toString('base64')}`;
  return headers.authorization === (deployment === 'cloud' ? basic : `Bearer ${accessToken}`);
}

/** The request without where the API stands; an answer where this Jira has no such API, or takes no such body. */
function callOf(
  { method, body, headers }: VendorRequest,
  url: URL,
  prefix: string,
  deployment: 'cloud' | 'datacenter',
): JiraCall | FakeAnswer {
  const [, version, path = ''] = /^\/rest\/api\/(\d)(\/.*)$/.exec(url.pathname.slice(prefix.length)) ?? [];
  const served = deployment === 'cloud' ? ['2', '3'] : ['2'];
  if (!version || !served.includes(version)) return notFound();
  if (method === 'GET')
    return { method, path, query: url.searchParams, body: {}, flavour: version === '3' ? 'adf' : 'wiki' };
  if (!headers['content-type']?.startsWith('application/json')) return { status: 415 };
  try {
    const parsed = JSON.parse(body) as Record<string, unknown>;
    return { method, path, query: url.searchParams, body: parsed, flavour: version === '3' ? 'adf' : 'wiki' };
  } catch {
    return {
      status: 400,
      body: { errorMessages: ['There was an error parsing JSON. Check that your request body is valid.'] },
    };
  }
}

/** 20 writes of one issue in two seconds. */
function isThrottled(writes: Map<string, number[]>, issueId: string, nowMs: number): boolean {
  const recent = (writes.get(issueId) ?? []).filter((atMs) => nowMs - atMs < 2_000);
  writes.set(issueId, [...recent, nowMs]);
  return recent.length >= 20;
}

function unauthorized(): FakeAnswer {
  return { status: 401, body: 'Client must be authenticated to access this resource.' };
}

function notFound(): FakeAnswer {
  return { status: 404, body: '<html><body>Oops, you&#39;ve found a dead link.</body></html>' };
}

function wordsOf({ body = '' }: FakeAnswer): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function missing(key: string): never {
  throw new Error(`${key} does not exist`);
}
