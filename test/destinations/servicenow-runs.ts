import { aFakeServicenow, type ServicenowFake } from '../../cli/demo/vendors/servicenow.ts';
import type {
  DeliverInput,
  DeliverResult,
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

export const NOW_MS = Date.UTC(2024, 0, 15, 10, 30, 5);
export const SUBJECT_KEY = `wb-${'0a'.repeat(20)}`;

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
  return {
    fake,
    config,
    steps,
    tokens,
    run,
    deliver: (changes = {}) => run(servicenowDestination.deliver(anInput({ config, tokens, ...changes }))),
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
