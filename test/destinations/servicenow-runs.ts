import { aFakeServicenow, type ServicenowFake } from '../../cli/demo/vendors/servicenow.ts';
import type { VendorRequest } from '../../cli/demo/vendors/vendor-fake.ts';
import type {
  DeliverInput,
  DeliverResult,
  Remote,
  StepRequest,
  Steps,
  TokenMemory,
} from '../../domain/destinations/destination.ts';
import { aMessage } from '../../domain/destinations/fixtures.ts';
import { runSteps } from '../../domain/destinations/run-steps.ts';
import type { ServicenowConfig } from '../../domain/destinations/servicenow/config.ts';
import { servicenowDestination } from '../../domain/destinations/servicenow/destination.ts';
import { LOOPBACK_NETWORKS } from '../../outbound/address-guard.ts';
import { createHttpClient } from '../../outbound/http-client.ts';
import { recordFaults } from '../vendors/servicenow.ts';

export const NOW_MS = Date.UTC(2024, 0, 15, 10, 30, 5);
export const SUBJECT_KEY = `wb-${'0a'.repeat(20)}`;

/** Later messages about the subject. */
export const again = aMessage({ title: 'Job job_abc123 failed again' });
export const solved = aMessage({
  title: 'Job job_abc123 completed',
  severity: 'info',
  text: 'All is well.',
  resolved: true,
});
/** Whether a request is to change a table. */
export const writes = ({ method, path }: VendorRequest): boolean => method !== 'GET' && path.includes('/table/');

export type Changes = Partial<DeliverInput<ServicenowConfig>>;

/** An instance and the guarded client before it. */
export interface ServicenowRuns {
  fake: ServicenowFake;
  config: ServicenowConfig;
  /** What each request was for, in order. */
  steps: string[];
  /** Kept between runs, as the worker keeps them. */
  tokens: TokenMemory;
  run<Result>(steps: Steps<Result>): Promise<Result>;
  deliver(changes?: Changes): Promise<DeliverResult>;
  /** The first delivery of a subject, and what is remembered of it. */
  begun(): Promise<Remote>;
  /** Incidents, oldest first. */
  records(): Record<string, string>[];
  writesMade(): number;
  /** What was wrong with anything that was sent. */
  faults(): string[];
  close(): Promise<void>;
}

export async function servicenowRuns(): Promise<ServicenowRuns> {
  const fake = await aFakeServicenow();
  const http = createHttpClient({ allowNetworks: LOOPBACK_NETWORKS });
  const config = fake.config as unknown as ServicenowConfig;
  const steps: string[] = [];
  const tokens = aTokenMemory();
  const onExchange = ({ step }: StepRequest) => void steps.push(step);
  const run = <Result>(made: Steps<Result>): Promise<Result> =>
    runSteps(made, { exchange: http.exchange, nowMs: () => performance.now(), onExchange });
  const deliver = (changes: Changes = {}) =>
    run(servicenowDestination.deliver(anInput({ config, tokens, ...changes })));
  return {
    fake,
    config,
    steps,
    tokens,
    run,
    deliver,
    async begun() {
      const { remote } = await deliver();
      if (!remote) throw new Error('nothing was made');
      return remote;
    },
    records: () => fake.tables.all.incident?.rows ?? [],
    writesMade: () => fake.requests.filter(writes).length,
    faults: () => [
      ...fake.requests.filter(writes).flatMap(({ body }) => recordFaults(JSON.parse(body))),
      ...fake.faults,
    ],
    async close() {
      await http.close();
      await fake.close();
    },
  };
}

/** The first delivery of a subject. */
export function anInput(changes: Changes & { config: ServicenowConfig }): DeliverInput<ServicenowConfig> {
  return {
    message: aMessage(),
    deliveryKey: 'dlv_1',
    subjectKey: SUBJECT_KEY,
    remote: null,
    outdated: false,
    unsure: null,
    test: false,
    tokens: aTokenMemory(),
    nowMs: NOW_MS,
    ...changes,
  };
}

function aTokenMemory(): TokenMemory {
  let token: string | undefined;
  return {
    get: () => token,
    set: (given) => {
      token = given;
    },
    clear: () => {
      token = undefined;
    },
  };
}
