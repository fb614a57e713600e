import { randomUUID } from 'node:crypto';
import { type FakeAnswer, startFakeServer } from './fake-server.ts';
import { cardFault, type ShownCard, shownCard } from './teams-card.ts';
import type { VendorFake, VendorRequest, VendorThing } from './vendor-fake.ts';

/** One run of the workflow, as Power Automate's history shows it. */
export interface WorkflowRun {
  id: string;
  /** What the request called it; empty without. */
  trackingId: string;
  status: 'Succeeded' | 'Failed';
  /** Why it failed; empty when it succeeded. */
  code: string;
}

/** What the workflow behind the URL is. */
export type WorkflowState = 'enabled' | 'disabled' | 'deleted' | 'schema';

export interface TeamsFake extends VendorFake {
  config: { webhookUrl: string };
  runs: WorkflowRun[];
  become(state: WorkflowState): void;
}

const SIGNATURE = 'f4k3-S1gn4ture_of-the-workflow';
const PATH = '/powerautomate/automations/direct/workflows/0123456789abcdef/triggers/manual/paths/invoke';

/**
 * A workflow with a webhook trigger that posts to a channel: checks the signature, answers 202 before it looks, then keeps a run that
 * says whether the card was posted. Sources: learn.microsoft.com, "Receive and respond to inbound HTTPS requests", "Create Incoming
 * Webhooks"; what runs fail with is from issues of its clients.
 */
export async function aFakeTeams(): Promise<TeamsFake> {
  const runs: WorkflowRun[] = [];
  const cards: VendorThing[] = [];
  const faults: string[] = [];
  let state: WorkflowState = 'enabled';

  function run(request: VendorRequest): FakeAnswer {
    const id = `0858${randomUUID().replaceAll('-', '').toUpperCase()}`;
    const trackingId = request.headers['x-ms-client-tracking-id'] ?? '';
    const fault = cardFault(request.body);
    runs.push({ id, trackingId, status: fault ? 'Failed' : 'Succeeded', code: fault?.code ?? '' });
    if (fault) faults.push(`${fault.code}: ${fault.message}`);
    else cards.push(thingOf(id, shownCard(request.body)));
    return {
      status: 202,
      headers: {
        'x-ms-workflow-run-id': id,
        'x-ms-client-tracking-id': trackingId || id,
        'x-ms-correlation-id': randomUUID(),
        'x-ms-request-id': randomUUID(),
      },
    };
  }

  const server = await startFakeServer((request) => {
    const refused = refusal(request, state);
    if (!refused) return run(request);
    faults.push(`${refused.code}: ${refused.message}`);
    return { status: refused.status, body: { error: { code: refused.code, message: refused.message } } };
  });
  return {
    ...server,
    config: {
      webhookUrl: `${server.url}${PATH}?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${SIGNATURE}`,
    },
    runs,
    faults,
    things: () => cards,
    become(next) {
      state = next;
    },
  };
}

interface Refusal {
  status: number;
  code: string;
  message: string;
}

/** What is refused at once, before any run. */
function refusal({ method, path, headers, body }: VendorRequest, state: WorkflowState): Refusal | undefined {
  const url = new URL(path, 'http://teams.invalid');
  if (state === 'deleted' || url.pathname !== PATH) {
    return { status: 404, code: 'WorkflowNotFound', message: 'The workflow could not be found.' };
  }
  if (headers.authorization !== undefined || url.searchParams.get('sig') !== SIGNATURE) {
    const message = 'The request must be authenticated only by Shared Access scheme.';
    return { status: 401, code: 'DirectApiAuthorizationRequired', message };
  }
  if (method !== 'POST' || !/^application\/json(;|$)/.test(headers['content-type'] ?? '') || !isJson(body)) {
    return { status: 400, code: 'InvalidRequestContent', message: 'The request content is not valid JSON.' };
  }
  if (state === 'disabled') {
    const message = "Could not execute workflow trigger 'manual' with state 'Disabled'.";
    return { status: 400, code: 'WorkflowTriggerIsNotEnabled', message };
  }
  return state === 'schema'
    ? { status: 400, code: 'TriggerInputSchemaMismatch', message: "Expected String but got Null at '#'." }
    : undefined;
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/** A card stands for itself: nothing can be added to it or changed. */
function thingOf(id: string, { title, resolved }: ShownCard): VendorThing {
  return { id, title, notes: [], updates: 0, resolved };
}
