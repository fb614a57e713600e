import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { eventually } from '../eventually.ts';
import type { N8nAddress } from './n8n-process.ts';

/** A node as a workflow's JSON has it; position, id and version are filled in where they are missing. */
export interface WorkflowNode {
  name: string;
  /** With the package: `n8n-nodes-waybill.waybillTrigger`. */
  type: string;
  parameters?: INodeParameters;
  credentials?: Record<string, { id: string; name: string }>;
  /** A trigger's; decides its URL. Made by n8n where it is missing. */
  webhookId?: string;
  [field: string]: unknown;
}

export interface WorkflowJson {
  name: string;
  nodes: WorkflowNode[];
  /** As n8n exports them; by default each node leads to the next. */
  connections?: IDataObject;
  settings?: IDataObject;
}

export interface Execution {
  id: string;
  status: 'success' | 'error' | 'running' | 'waiting' | 'new' | 'crashed' | 'canceled';
  mode: string;
  /** What each node put out on its first output, by name; a node that failed or was not reached is missing. */
  output: Record<string, IDataObject[]>;
  /** What it was begun with and had not worked through when it ended: of one that was cut short. */
  left: IDataObject[];
  /** What a failed execution says. */
  error: { message: string; description: string } | undefined;
}

/** A person and an API key of an n8n that runs. Whatever n8n refuses is thrown with its words. */
export interface N8nClient {
  readonly address: N8nAddress;
  credential(type: string, data: IDataObject): Promise<{ id: string; name: string }>;
  /** What n8n says of a credential when it is stored. */
  testCredential(type: string, data: IDataObject): Promise<{ status: 'OK' | 'Error'; message: string }>;
  /** Creates the workflow, unpublished, and returns its id. */
  workflow(workflow: WorkflowJson): Promise<string>;
  /** Changes nodes or connections of a workflow, unpublished until `publish`. */
  change(id: string, workflow: WorkflowJson): Promise<void>;
  /** Publishes, and returns once all triggers stand; the words of the first that does not, undefined when all do. */
  publish(id: string): Promise<string | undefined>;
  /** Returns once the triggers are taken down. */
  unpublish(id: string): Promise<void>;
  /** Node as it is stored, with static data of the workflow. */
  stored(id: string): Promise<{ nodes: WorkflowNode[]; staticData: IDataObject | null }>;
  /** Production URL of a trigger of a stored workflow. */
  webhookUrl(id: string, trigger: string): Promise<string>;
  /** Begins to listen for a test event, as the editor does. */
  listen(id: string, trigger: string): Promise<void>;
  /** Runs the workflow from its manual trigger to the end. */
  run(id: string, trigger: string): Promise<Execution>;
  /** Executions of a workflow with their data, oldest first; those that still run included. */
  executions(id: string): Promise<Execution[]>;
  /** Returns the executions once there are `count` that ended. */
  ended(id: string, count: number): Promise<Execution[]>;
  /** Options of a parameter that the node's method loads. */
  options(ask: PickerQuestion): Promise<{ name: string; value: unknown }[]>;
  /** Results of a picker with search. */
  picker(ask: PickerQuestion & { filter?: string }): Promise<{ name: string; value: string }[]>;
}

export interface PickerQuestion {
  /** Node type with the package. */
  type: string;
  method: string;
  parameters: INodeParameters;
  credentials: Record<string, { id: string; name: string }>;
}

const PUBLISH_LIMIT_MS = 120_000;
const RUN_LIMIT_MS = 120_000;
const BUSY_LIMIT_MS = 60_000;
const PAGE_LIMIT = 250;

export async function anN8nClient(address: N8nAddress): Promise<N8nClient> {
  const login = await fetch(`${address.url}/rest/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ emailOrLdapLoginId: address.email, password: address.password }),
  });
  if (!login.ok) throw new Error(`n8n's login: ${login.status} ${await login.text()}`);
  const cookie = login.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');

  const send = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
    fetch(`${address.url}${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const ask = async <T>(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<T> => {
    // A busy n8n now and then takes its database to be away, and does nothing then.
    const response = await eventually(
      `n8n takes ${method} ${path}`,
      async () => {
        const answer = await send(method, path, headers, body);
        return answer.status !== 503 && answer;
      },
      BUSY_LIMIT_MS,
    );
    const text = await response.text();
    if (!response.ok) throw new Error(`n8n, ${method} ${path}: ${response.status} ${text.slice(0, 2_000)}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  const asPerson = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
    (await ask<{ data: T }>(method, `/rest${path}`, { cookie, 'push-ref': 'tests' }, body)).data;
  const { rawApiKey } = await asPerson<{ rawApiKey: string }>('POST', '/api-keys', {
    label: `tests ${crypto.randomUUID()}`,
    scopes: await asPerson('GET', '/api-keys/scopes'),
    expiresAt: null,
  });
  const api = <T>(method: string, path: string, body?: unknown): Promise<T> =>
    ask(method, `/api/v1${path}`, { 'x-n8n-api-key': rawApiKey }, body);

  const stateOf = (id: string) =>
    asPerson<{ status: string; triggers: { status: string; errorMessage: string | null }[] }>(
      'GET',
      `/workflows/${id}/publication-status`,
    );
  const execution = async (id: string): Promise<Execution> =>
    executionOf(await api<RawExecution>('GET', `/executions/${id}?includeData=true`));

  const list = async (workflow: string, withData: boolean): Promise<Execution[]> => {
    const all: RawExecution[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = new URLSearchParams({ workflowId: workflow, limit: String(PAGE_LIMIT) });
      if (withData) query.set('includeData', 'true');
      if (cursor !== '') query.set('cursor', cursor);
      const page: { data: RawExecution[]; nextCursor: string | null } = await api('GET', `/executions?${query}`);
      all.push(...page.data);
      cursor = page.nextCursor;
    }
    return all.map(executionOf).sort((a, b) => Number(a.id) - Number(b.id));
  };

  const client: N8nClient = {
    address,
    async credential(type, data) {
      const { id, name } = await api<{ id: string; name: string }>('POST', '/credentials', { name: type, type, data });
      return { id, name };
    },
    async testCredential(type, data) {
      const stored = await client.credential(type, data);
      return asPerson('POST', '/credentials/test', { credentials: { ...stored, type, data } });
    },
    workflow: async (workflow) => (await api<{ id: string }>('POST', '/workflows', bodyOf(workflow))).id,
    async change(id, workflow) {
      await api('PUT', `/workflows/${id}`, bodyOf(workflow));
    },
    async publish(id) {
      await api('POST', `/workflows/${id}/publish`);
      return eventually(
        `the publication of workflow ${id}`,
        async () => {
          const { status, triggers } = await stateOf(id);
          if (status === 'published') return { fault: undefined };
          if (status !== 'failed' && status !== 'partial') return undefined;
          return { fault: triggers.find((one) => one.status === 'failed')?.errorMessage ?? 'no reason' };
        },
        PUBLISH_LIMIT_MS,
      ).then(({ fault }) => fault);
    },
    async unpublish(id) {
      await api('POST', `/workflows/${id}/unpublish`);
      const isDown = async () => (await stateOf(id)).status === 'not_published';
      await eventually(`the end of workflow ${id}`, isDown, PUBLISH_LIMIT_MS);
    },
    stored: (id) => api('GET', `/workflows/${id}`),
    async webhookUrl(id, trigger) {
      const { nodes } = await client.stored(id);
      return `${address.url}/webhook/${nodes.find(({ name }) => name === trigger)?.webhookId}/webhook`;
    },
    async listen(id, trigger) {
      const answer = await asPerson<{ waitingForWebhook?: boolean }>('POST', `/workflows/${id}/run`, {
        triggerToStartFrom: { name: trigger },
      });
      if (answer.waitingForWebhook !== true) throw new Error(`n8n does not listen: ${JSON.stringify(answer)}`);
    },
    async run(id, trigger) {
      const { executionId } = await asPerson<{ executionId: string }>('POST', `/workflows/${id}/run`, {
        triggerToStartFrom: { name: trigger },
      });
      const whenEnded = async () => {
        const found = await execution(executionId);
        return hasEnded(found) && found;
      };
      return eventually(`the end of execution ${executionId}`, whenEnded, RUN_LIMIT_MS);
    },
    executions: (id) => list(id, true),
    async ended(id, count) {
      // Without their data, which n8n takes long to read.
      const areThere = async () => (await list(id, false)).filter(hasEnded).length >= count;
      await eventually(`${count} executions of workflow ${id}`, areThere, RUN_LIMIT_MS);
      return (await list(id, true)).filter(hasEnded);
    },
    options: (question) => asPerson('POST', '/dynamic-node-parameters/options', questionBody(question)),
    picker: async ({ filter, ...question }) =>
      (
        await asPerson<{ results: { name: string; value: string }[] }>(
          'POST',
          '/dynamic-node-parameters/resource-locator-results',
          { ...questionBody(question), ...(filter !== undefined && { filter }) },
        )
      ).results,
  };
  return client;
}

interface RawExecution {
  id: string;
  status: Execution['status'];
  mode: string;
  data?: {
    resultData?: {
      runData?: Record<string, { data?: { main?: ({ json: IDataObject }[] | null)[] } }[]>;
      error?: { message?: string; description?: string };
    };
    executionData?: { nodeExecutionStack?: { data?: { main?: ({ json: IDataObject }[] | null)[] } }[] };
  };
}

function hasEnded({ status }: Execution): boolean {
  return status === 'success' || status === 'error' || status === 'crashed' || status === 'canceled';
}

function executionOf({ id, status, mode, data }: RawExecution): Execution {
  const { runData = {}, error } = data?.resultData ?? {};
  const stack = data?.executionData?.nodeExecutionStack ?? [];
  const output = Object.entries(runData).flatMap(([name, runs]) => {
    const items = runs.flatMap((run) => run.data?.main?.[0] ?? []);
    return runs.some((run) => run.data?.main?.[0]) ? [[name, items.map(({ json }) => json)] as const] : [];
  });
  return {
    id: String(id),
    status,
    mode,
    output: Object.fromEntries(output),
    left: stack.flatMap((entry) => entry.data?.main?.[0] ?? []).map(({ json }) => json),
    error: error && { message: error.message ?? '', description: error.description ?? '' },
  };
}

function bodyOf({ name, nodes, connections, settings }: WorkflowJson): object {
  const chain = nodes
    .slice(0, -1)
    .map((node, index) => [node.name, { main: [[{ node: nodes[index + 1]?.name, type: 'main', index: 0 }]] }]);
  return {
    name,
    nodes: nodes.map((node, index) => ({
      id: crypto.randomUUID(),
      typeVersion: 1,
      position: [index * 220, 0],
      parameters: {},
      ...node,
    })),
    connections: connections ?? Object.fromEntries(chain),
    settings: settings ?? { executionOrder: 'v1' },
  };
}

function questionBody({ type, method, parameters, credentials }: PickerQuestion): object {
  return {
    path: 'parameters.field',
    methodName: method,
    nodeTypeAndVersion: { name: type, version: 1 },
    currentNodeParameters: parameters,
    credentials,
  };
}
