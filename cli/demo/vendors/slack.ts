import { type FakeAnswer, startFakeServer } from './fake-server.ts';
import { slackRefusal } from './slack-limits.ts';
import { type SlackCallContext, slackMethod } from './slack-methods.ts';
import { type SlackChannel, SlackWorkspace } from './slack-workspace.ts';
import type { VendorFake, VendorRequest } from './vendor-fake.ts';

export interface SlackFake extends VendorFake {
  /** Of a bot. */
  config: { via: 'bot'; botToken: string; channel: string; apiBaseUrl: string };
  webhookConfig: { via: 'webhook'; webhookUrl: string };
  workspace: SlackWorkspace;
  /** To be changed at will, as the next three are. The first is that of `config`. */
  channels: SlackChannel[];
  scopes: Set<string>;
  /** `removed`: the webhook is gone. */
  webhook: { removed: boolean };
}

const TOKEN = 'xoxb-0000000000-f4k3b0tt0k3n';
const HOOK = '/services/T0ACMEACME/B0ACMEACME/f4k3W3bh00kS3cr3t';
const SCOPES = ['chat:write', 'channels:read', 'groups:read', 'channels:history', 'groups:history'];

const channel = (id: string, name: string, changes: Partial<SlackChannel> = {}): SlackChannel => {
  return { id, name, is_private: false, is_member: true, is_archived: false, ...changes };
};

/**
 * A workspace with a bot and an incoming webhook: checks credentials, scopes and Slack's limits, keeps messages and threads. Nearly
 * all errors of the Web API have status 200. Nothing is throttled unless a script says so. Source: docs.slack.dev.
 */
export async function aFakeSlack(): Promise<SlackFake> {
  const workspace = new SlackWorkspace();
  const scopes = new Set(SCOPES);
  const faults: string[] = [];
  const webhook = { removed: false };
  const channels = [
    channel('C0ALERTS01', 'alerts'),
    channel('C0GENERAL1', 'general', { is_member: false }),
    channel('C0OPS00001', 'ops', { is_private: true }),
    channel('C0OLD00001', 'old-alerts', { is_archived: true }),
  ];

  const server = await startFakeServer((request) => {
    const { pathname } = new URL(request.path, 'http://slack.invalid');
    const answer = pathname.startsWith('/api/')
      ? api(pathname.slice('/api/'.length), request)
      : hook(pathname, request);
    const refused = refusalIn(answer);
    if (refused) faults.push(`${pathname.split('/').slice(0, 3).join('/')}: ${refused}`);
    return answer;
  });

  function api(method: string, request: VendorRequest): FakeAnswer {
    const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) return { status: 200, body: { ok: false, error: 'not_authed' } };
    if (token !== TOKEN) return { status: 200, body: { ok: false, error: 'invalid_auth' } };
    const context: SlackCallContext = { workspace, channels, scopes };
    return {
      status: 200,
      headers: { 'x-oauth-scopes': [...scopes].join(',') },
      body: slackMethod(method, request, context),
    };
  }

  function hook(pathname: string, { method, body }: VendorRequest): FakeAnswer {
    if (pathname !== HOOK || webhook.removed) return { status: 404, body: 'no_service' };
    const message = parsed(body);
    if (method !== 'POST' || !message) return { status: 400, body: 'invalid_payload' };
    const home = channels[0];
    if (!home || home.is_archived) return { status: 410, body: 'channel_is_archived' };
    const refused = slackRefusal(message, 'webhook');
    if (refused) return { status: 400, body: refused.error };
    workspace.post(home.id, message, false);
    return { status: 200, headers: { 'content-type': 'text/html' }, body: 'ok' };
  }

  return {
    ...server,
    config: { via: 'bot', botToken: TOKEN, channel: 'C0ALERTS01', apiBaseUrl: `${server.url}/api` },
    webhookConfig: { via: 'webhook', webhookUrl: `${server.url}${HOOK}` },
    workspace,
    channels,
    scopes,
    webhook,
    faults,
    things: () => workspace.things(),
  };
}

/** What an answer refuses, in words; undefined for any other. */
function refusalIn({ body }: FakeAnswer): string | undefined {
  if (typeof body === 'string') return body === 'ok' ? undefined : body;
  const { ok, error, errors = [] } = body as { ok?: boolean; error?: string; errors?: string[] };
  return ok ? undefined : [error, ...errors].join(' ');
}

function parsed(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
