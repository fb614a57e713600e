import { aFakeJira } from '../../cli/demo/vendors/jira.ts';
import { aFakeServicenow } from '../../cli/demo/vendors/servicenow.ts';
import { aFakeSlack } from '../../cli/demo/vendors/slack.ts';
import { aFakeTeams } from '../../cli/demo/vendors/teams.ts';
import type { VendorFake } from '../../cli/demo/vendors/vendor-fake.ts';
import type { NativeKind } from '../../domain/destinations/destination.ts';

/** One way of using a destination, with a fake of its vendor. */
export interface Vendor {
  name: string;
  kind: NativeKind;
  /** Whether what stands for a subject is found again, so that no answer lost makes a second one. */
  remembers: boolean;
  /** A configuration that the vendor refuses for its credentials. */
  refused: Record<string, unknown>;
  start(): Promise<VendorFake>;
}

/** Every way a destination can be used. */
export const VENDORS: readonly Vendor[] = [
  {
    name: 'slack as a bot',
    kind: 'slack',
    remembers: true,
    refused: { botToken: 'xoxb-wrong-token' },
    start: aFakeSlack,
  },
  {
    name: 'slack by webhook',
    kind: 'slack',
    remembers: false,
    refused: {},
    async start() {
      const slack = await aFakeSlack();
      return { ...slack, config: slack.webhookConfig };
    },
  },
  { name: 'teams', kind: 'teams', remembers: false, refused: {}, start: aFakeTeams },
  { name: 'jira cloud', kind: 'jira', remembers: true, refused: { apiToken: 'wrong-api-token' }, start: aFakeJira },
  {
    name: 'jira data center',
    kind: 'jira',
    remembers: true,
    refused: { accessToken: 'wrong-access-token' },
    start: () => aFakeJira({ deployment: 'datacenter' }),
  },
  {
    name: 'servicenow',
    kind: 'servicenow',
    remembers: true,
    refused: { password: 'wrong-password' },
    start: aFakeServicenow,
  },
  {
    name: 'servicenow by OAuth',
    kind: 'servicenow',
    remembers: true,
    refused: { clientSecret: 'wrong-client-secret' },
    async start() {
      const servicenow = await aFakeServicenow();
      return { ...servicenow, config: servicenow.oauthConfig };
    },
  },
];
