import type { ConfigFault } from '../destination.ts';

const FIELD = 'webhookUrl';

/** Office 365 connectors, which Microsoft has retired ("Retirement of Office 365 connectors within Microsoft Teams"). */
const CONNECTOR_HOSTS = /(^|\.)webhook\.office\.com$|^outlook\.office(365)?\.com$/;
/** What people have before them when they look for the address, and copy by mistake. */
const PAGE_HOSTS = /(^|\.)(teams\.microsoft\.com|teams\.cloud\.microsoft|powerautomate\.com|flow\.microsoft\.com)$/;
const WORKFLOWS_HOSTS = /\.(logic\.azure\.com|environment\.api\.powerplatform\.com)$/;
const TRIGGER_PATH = /\/triggers\/[^/]+\/paths\/invoke(\/|$)/;

/** How to get an address that works. */
export const REMEDY =
  'In Teams, open the channel’s menu, choose Workflows and the template “Send webhook alerts to a channel”, and copy its URL';

/** Whether Microsoft's own service answers there; anything else is taken for a relay that knows what it does. */
export function isWorkflowsUrl(webhookUrl: string): boolean {
  return WORKFLOWS_HOSTS.test(hostOf(new URL(webhookUrl)));
}

/** What is wrong with a URL for cards, as far as its form tells. `webhookUrl` is an absolute http or https URL. */
export function webhookUrlFaults(webhookUrl: string): ConfigFault[] {
  const url = new URL(webhookUrl);
  if (CONNECTOR_HOSTS.test(hostOf(url))) {
    return fault(`is an Office 365 connector, and Microsoft has retired those. ${REMEDY}`);
  }
  if (PAGE_HOSTS.test(hostOf(url))) return fault(`is the address of a page, not of a workflow’s trigger. ${REMEDY}`);
  if (url.username || url.password) {
    return fault('must hold no user name or password: a workflow refuses them beside its signature');
  }
  return isWorkflowsUrl(webhookUrl) ? workflowFaults(url) : [];
}

function workflowFaults(url: URL): ConfigFault[] {
  if (url.protocol !== 'https:') return fault('must begin with https://');
  if (!TRIGGER_PATH.test(url.pathname))
    return fault('is not the whole URL of a trigger: copy it again from the workflow');
  if (!url.searchParams.get('sig')) {
    return fault(
      'has no `sig`: either it was cut while copying, or the workflow may be triggered only by people of your organization. ' +
        'Set “Who can trigger the flow?” to Anyone, and copy the new URL',
    );
  }
  return [];
}

/**
 * The URL without what authorizes: at Microsoft's hosts that is the query, of a relay we cannot know more than the host to be
 * harmless.
 */
export function addressOf(webhookUrl: string): string {
  const { origin, pathname } = new URL(webhookUrl);
  return isWorkflowsUrl(webhookUrl) ? `${origin}${pathname}` : `${origin}/`;
}

/** Without the dot that may end a name. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/\.$/, '');
}

function fault(rule: string): ConfigFault[] {
  return [{ field: FIELD, rule }];
}
