import type { ConfigFault } from '../destination.ts';
import type { DestinationField } from '../fields.ts';

/** Where the Web API is, GovSlack and proxies aside. */
export const SLACK_API = 'https://slack.com/api';

/** Settings of an endpoint, as `SLACK_FIELDS` declares them. */
export interface SlackConfig {
  via: 'webhook' | 'bot';
  /** With `via: webhook`. The whole address is the secret. */
  webhookUrl?: string;
  /** With `via: bot`, like the rest. */
  botToken?: string;
  /** The channel's id. */
  channel?: string;
  /** Default `update`. */
  updates?: 'update' | 'thread';
  /** Default `SLACK_API`; slashes at its end do not matter. */
  apiBaseUrl?: string;
}

/** Scopes that a bot needs; those of private channels only if it posts to one. */
export const BOT_SCOPES = 'chat:write, channels:read, channels:history (private channels: groups:read, groups:history)';

const VIA_BOT = { field: 'via', in: ['bot'] } as const;

export const SLACK_FIELDS: readonly DestinationField[] = [
  {
    name: 'via',
    label: 'Send through',
    kind: 'select',
    required: true,
    secret: false,
    help: 'A bot keeps one message per subject up to date and never posts one twice. An incoming webhook is quicker to set up and posts a new message for every event.',
    options: [
      { value: 'webhook', label: 'Incoming webhook' },
      { value: 'bot', label: 'Bot token' },
    ],
  },
  {
    name: 'webhookUrl',
    label: 'Webhook URL',
    kind: 'url',
    required: true,
    secret: true,
    help: 'From “Incoming Webhooks” of your Slack app. Whether a message whose answer was lost arrived cannot be looked up through a webhook: it is sent again, so that in rare cases it stands there twice.',
    when: { field: 'via', in: ['webhook'] },
    placeholder: 'https://hooks.slack.com/services/T…/B…/…',
  },
  {
    name: 'botToken',
    label: 'Bot token',
    kind: 'secret',
    required: true,
    secret: true,
    help: `“Bot User OAuth Token” from “OAuth & Permissions” of your Slack app. Scopes: ${BOT_SCOPES}.`,
    when: VIA_BOT,
    placeholder: 'xoxb-…',
  },
  {
    name: 'channel',
    label: 'Channel',
    kind: 'text',
    required: true,
    secret: false,
    help: 'The channel’s ID, from the end of its “About” tab. Invite the app to it with /invite.',
    loads: true,
    when: VIA_BOT,
    maxLength: 50,
    placeholder: 'C0123ABC456',
  },
  {
    name: 'updates',
    label: 'Later events of a subject',
    kind: 'select',
    required: false,
    secret: false,
    help: 'What becomes of the message about a job, a dataset and the like when more happens to it.',
    options: [
      { value: 'update', label: 'Update the message; a reply in its thread says when it is resolved' },
      { value: 'thread', label: 'Leave the message and reply in its thread' },
    ],
    when: VIA_BOT,
    default: 'update',
  },
  {
    name: 'apiBaseUrl',
    label: 'API address',
    kind: 'url',
    required: false,
    secret: false,
    help: 'Only for GovSlack (https://slack-gov.com/api) or a proxy of your own.',
    when: VIA_BOT,
    default: SLACK_API,
    placeholder: SLACK_API,
  },
];

/** What is wrong with the fields in use; the others are not looked at. */
export function checkSlack(config: SlackConfig): ConfigFault[] {
  const checked: [field: string, rule: string | undefined][] =
    config.via === 'webhook'
      ? [['webhookUrl', webhookFault(config.webhookUrl ?? '')]]
      : [
          ['botToken', tokenFault(config.botToken ?? '')],
          ['channel', channelFault(config.channel ?? '')],
          ['apiBaseUrl', apiFault(config.apiBaseUrl)],
        ];
  return checked.flatMap(([field, rule]) => (rule === undefined ? [] : [{ field, rule }]));
}

/** Other hosts than Slack's may take its messages too (a proxy, Mattermost), so only what is known to be wrong is refused. */
function webhookFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url) return 'must be the address of an incoming webhook';
  const slacks = /^hooks\.slack(-gov)?\.com$/.test(url.hostname);
  if (!slacks || /^\/services\/[^/]+\/[^/]+\/[^/]+$/.test(url.pathname)) return undefined;
  return /^\/(triggers|workflows)\//.test(url.pathname)
    ? 'starts a workflow, which takes no messages: add “Incoming Webhooks” to your Slack app and use the address from there'
    : 'must be whole: https://hooks.slack.com/services/ and three more parts';
}

function tokenFault(token: string): string | undefined {
  if (/^xoxe[.-]/.test(token))
    return 'expires after hours: turn token rotation off in your Slack app and use the new token';
  return /^xoxb-[A-Za-z0-9-]+$/.test(token)
    ? undefined
    : 'must be the bot token of your Slack app, which begins with xoxb-';
}

function channelFault(channel: string): string | undefined {
  return /^[CDG][A-Z0-9]{2,49}$/.test(channel)
    ? undefined
    : 'must be the ID of the channel, such as C0123ABC456, and not its name';
}

function apiFault(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const url = URL.parse(text);
  const bare = url !== null && !url.username && !url.password && !url.search && !url.hash;
  return bare ? undefined : 'must be an address without credentials, query and fragment, such as https://slack.com/api';
}

/** The workspace's and the app's id of Slack's own webhooks, but never the third part; of others only the host. */
export function addressOfSlack(config: SlackConfig): string {
  if (config.via === 'bot')
    return `${apiBase(config)}/chat.postMessage?channel=${encodeURIComponent(config.channel ?? '')}`;
  const url = URL.parse(config.webhookUrl ?? '');
  if (!url) return 'https://hooks.slack.com/';
  const ids = /^\/services\/(T[A-Z0-9]+\/B[A-Z0-9]+)\/[^/]+$/.exec(url.pathname)?.[1];
  return ids ? `${url.origin}/services/${ids}` : `${url.origin}/`;
}

/** How a bot reaches its channel. */
export interface SlackBot {
  apiBase: string;
  token: string;
  channel: string;
}

export function botOf(config: Partial<SlackConfig>): SlackBot {
  return { apiBase: apiBase(config), token: config.botToken ?? '', channel: config.channel ?? '' };
}

function apiBase({ apiBaseUrl }: Partial<SlackConfig>): string {
  return (apiBaseUrl || SLACK_API).replace(/\/+$/, '');
}
