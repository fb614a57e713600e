import type { IDataObject, IHookFunctions, IHttpRequestOptions, INodeType, IWebhookFunctions } from 'n8n-workflow';
import { FlexOrchApi } from '../../credentials/FlexOrchApi.credentials.ts';
import { FlowcertaApi } from '../../credentials/FlowcertaApi.credentials.ts';
import { FltrApi } from '../../credentials/FltrApi.credentials.ts';
import { JobStatusApi } from '../../credentials/JobStatusApi.credentials.ts';
import { OrionApi } from '../../credentials/OrionApi.credentials.ts';
import { WaybillApi } from '../../credentials/WaybillApi.credentials.ts';

/** A request as a server sees it. */
export interface ServerRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: IDataObject | undefined;
}

/** A server that a trigger registers with. Throws where it cannot be reached. */
export type TestServer = (
  request: ServerRequest,
) => Promise<{ statusCode: number; headers: Record<string, unknown>; body: unknown }>;

export interface Setting {
  server: TestServer;
  credential: { baseUrl: string; apiKey: string; signingSecret?: string; organizationId?: string };
  parameters: IDataObject;
}

/** What a request came to. */
export interface Reaction {
  /** 401 where the node refused, else 200. */
  status: number;
  answer: unknown;
  /** Names in lower case. */
  answerHeaders: Record<string, string>;
  /** Items of the run; undefined: none was started. */
  items: IDataObject[] | undefined;
}

export const PRODUCTION_URL = 'https://n8n.example.com/webhook/4ac5d9b0/webhook';
export const TEST_URL = 'https://n8n.example.com/webhook-test/4ac5d9b0/webhook';

const CREDENTIALS = [
  new FlexOrchApi(),
  new FlowcertaApi(),
  new FltrApi(),
  new JobStatusApi(),
  new OrionApi(),
  new WaybillApi(),
];

/** A trigger in a workflow, with n8n played as section 2 of its facts describes it: static data of its own, hooks, requests. */
export class TriggerNode {
  url = PRODUCTION_URL;
  mode: 'trigger' | 'manual' = 'trigger';
  staticData: IDataObject = {};
  warnings: string[] = [];

  readonly trigger: INodeType;
  readonly setting: Setting;

  constructor(trigger: INodeType, setting: Setting) {
    this.trigger = trigger;
    this.setting = setting;
  }

  /** The same node while the editor listens for a test event: another address, and static data that begin empty. */
  listening(): TriggerNode {
    const node = new TriggerNode(this.trigger, this.setting);
    return Object.assign(node, { url: TEST_URL, mode: 'manual' });
  }

  /** As n8n publishes: `create` only where `checkExists` finds nothing. Tells whether it was called. */
  async publish(): Promise<boolean> {
    const { checkExists, create } = this.#lifecycle();
    if (await checkExists.call(this.#hook())) return false;
    await create.call(this.#hook());
    return true;
  }

  async create(): Promise<void> {
    await this.#lifecycle().create.call(this.#hook());
  }

  async unpublish(): Promise<void> {
    await this.#lifecycle().delete.call(this.#hook());
  }

  async receive(body: string | Uint8Array, headers: Record<string, string | undefined>): Promise<Reaction> {
    const answered = { status: 200, body: undefined as unknown, headers: {} as Record<string, string> };
    const response = {
      status(code: number) {
        answered.status = code;
        return response;
      },
      json(body: unknown) {
        answered.body = body;
        return response;
      },
      end: () => response,
      setHeader(name: string, value: string) {
        answered.headers[name.toLowerCase()] = value;
        return response;
      },
    };
    const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const context = {
      ...this.#context(),
      getRequestObject: () => ({ rawBody: Buffer.from(body), headers: Object.fromEntries(lowered) }),
      getResponseObject: () => response,
    };
    const result = await this.trigger.webhook?.call(context as unknown as IWebhookFunctions);
    const { status, headers: answerHeaders } = answered;
    if (result?.noWebhookResponse) return { status, answerHeaders, answer: answered.body, items: undefined };
    const items = result?.workflowData?.flat().map(({ json }) => json);
    return { status, answerHeaders, answer: result?.webhookResponse, items };
  }

  #lifecycle() {
    const lifecycle = this.trigger.webhookMethods?.default;
    if (lifecycle === undefined) throw new Error('the node has no webhook methods');
    return lifecycle;
  }

  #hook(): IHookFunctions {
    return {
      ...this.#context(),
      getNodeWebhookUrl: () => this.url,
      getWorkflow: () => ({ name: 'My workflow' }),
    } as unknown as IHookFunctions;
  }

  #context() {
    const { parameters, credential } = this.setting;
    return {
      getNode: () => ({ name: 'The trigger', type: this.trigger.description.name, typeVersion: 1, parameters: {} }),
      getNodeParameter: (name: string, fallback?: unknown) => parameters[name] ?? fallback,
      getCredentials: async () => credential,
      getMode: () => this.mode,
      getWorkflowStaticData: () => this.staticData,
      logger: { warn: (text: string) => this.warnings.push(text) },
      helpers: {
        httpRequestWithAuthentication: (type: string, request: IHttpRequestOptions) => this.#call(type, request),
      },
    };
  }

  /** n8n's helper: adds what the credential type says, and answers with what came, whatever the status. */
  async #call(type: string, { method = 'GET', url, qs = {}, headers = {}, body }: IHttpRequestOptions) {
    const credentialType = CREDENTIALS.find(({ name }) => name === type);
    const credential: Record<string, string | undefined> = this.setting.credential;
    const added = Object.entries(credentialType?.authenticate.properties.headers ?? {}).map(([name, expression]) => [
      name,
      String(expression)
        .replace(/^=/, '')
        .replace(/\{\{\$credentials\.(\w+)\}\}/, (_all, field: string) => credential[field] ?? ''),
    ]);
    const address = new URL(url);
    for (const [name, value] of Object.entries(qs)) address.searchParams.set(name, String(value));
    // What is sent is JSON, so that nothing of it is shared with the node.
    const sent = body === undefined ? undefined : (JSON.parse(JSON.stringify(body)) as IDataObject);
    return this.setting.server({
      method,
      url: address,
      headers: { ...(headers as Record<string, string>), ...Object.fromEntries(added) },
      body: sent,
    });
  }
}
