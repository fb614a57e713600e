import {
  type IDataObject,
  type IExecuteFunctions,
  type IHttpRequestOptions,
  type ILoadOptionsFunctions,
  type INode,
  type INodeExecutionData,
  type INodeListSearchResult,
  type INodeParameters,
  type INodeType,
  NodeHelpers,
} from 'n8n-workflow';

/** Parameters as a workflow has them; a function stands for an expression. */
export type Parameters = Record<string, unknown>;

/** A workflow's node with its credential, as tests run it: n8n's own reading of parameters, and real HTTP. */
export interface NodeUnderTest {
  type: INodeType;
  baseUrl: string;
  apiKey: string;
  /** Default: a workflow and an execution of this name. */
  execution?: string;
  workflow?: string;
  nodeId?: string;
  timeZone?: string;
}

export interface RunOptions {
  items?: IDataObject[];
  continueOnFail?: boolean;
}

/** Runs the node over items, one empty item unless given, and returns its first output. */
export async function runNode(
  node: NodeUnderTest,
  parameters: Parameters,
  { items = [{}], continueOnFail = false }: RunOptions = {},
): Promise<INodeExecutionData[]> {
  const forItem = items.map((item) => resolved(node, parameters, item));
  const functions = {
    ...common(node),
    getInputData: () => items.map((json) => ({ json })),
    continueOnFail: () => continueOnFail,
    getNodeParameter: (name: string, index: number, fallback?: unknown, options?: { extractValue?: boolean }) =>
      read(forItem[index] ?? {}, name, fallback, options),
    getWorkflow: () => ({ id: node.workflow ?? 'wf_1', name: 'Orders', active: true }),
    getExecutionId: () => node.execution ?? 'exec_1',
  };
  const output = (await node.type.execute?.call(functions as unknown as IExecuteFunctions)) as INodeExecutionData[][];
  return output[0] ?? [];
}

/** Asks a picker for what it lists. */
export function searchList(
  node: NodeUnderTest,
  method: string,
  { parameters = {}, filter = '', token }: { parameters?: Parameters; filter?: string; token?: string } = {},
): Promise<INodeListSearchResult> {
  const given = resolved(node, parameters, {});
  const functions = {
    ...common(node),
    getNodeParameter: (name: string, fallback?: unknown) => read(given, name, fallback),
    getCurrentNodeParameter: (name: string) => given[name],
  };
  const search = node.type.methods?.listSearch?.[method];
  if (!search) throw new Error(`there is no method ${method}`);
  return search.call(functions as unknown as ILoadOptionsFunctions, filter, token);
}

function common(node: NodeUnderTest) {
  return {
    getNode: (): INode => ({
      id: node.nodeId ?? 'node_1',
      name: node.type.description.defaults.name ?? '',
      type: node.type.description.name,
      typeVersion: 1,
      position: [0, 0],
      parameters: {},
    }),
    getTimezone: () => node.timeZone ?? 'UTC',
    getCredentials: async () => ({ baseUrl: node.baseUrl, apiKey: node.apiKey }),
    helpers: {
      httpRequestWithAuthentication: (_type: string, options: IHttpRequestOptions) => request(node.apiKey, options),
      returnJsonArray: (data: IDataObject | IDataObject[]) => [data].flat().map((json) => ({ json })),
      constructExecutionMetaData: (data: INodeExecutionData[], { itemData }: { itemData: { item: number } }) =>
        data.map((entry) => ({ ...entry, pairedItem: itemData })),
    },
  };
}

/** As n8n reads a node: defaults filled in, and without what is not displayed. */
function resolved({ type }: NodeUnderTest, parameters: Parameters, item: IDataObject): INodeParameters {
  const values = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'function' ? value(item) : value,
  ]);
  const given = Object.fromEntries(values) as INodeParameters;
  const { properties } = type.description;
  return NodeHelpers.getNodeParameters(properties, given, true, false, null, type.description) ?? {};
}

function read(given: INodeParameters, name: string, fallback?: unknown, options?: { extractValue?: boolean }): unknown {
  const value = given[name] ?? fallback;
  if (value === undefined) throw new Error(`Could not get parameter ${name}`);
  const isLocator = typeof value === 'object' && value !== null && 'mode' in value && 'value' in value;
  return options?.extractValue && isLocator ? value.value : value;
}

/** As n8n's helper asks: an empty body is not sent, and whatever parses is JSON. */
async function request(apiKey: string, { method, url, qs, body, headers }: IHttpRequestOptions) {
  const query = new URLSearchParams(
    Object.entries(qs ?? {}).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const isSent = body !== undefined && Object.keys(body as object).length > 0;
  const response = await fetch(query.size > 0 ? `${url}?${query}` : url, {
    method: method ?? 'GET',
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${apiKey}`,
      ...(isSent && { 'content-type': 'application/json' }),
      ...(headers as Record<string, string> | undefined),
    },
    ...(isSent && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { statusCode: response.status, headers: Object.fromEntries(response.headers), body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
