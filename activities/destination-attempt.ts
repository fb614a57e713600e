import { recordExchange } from '../domain/delivery/record-exchange.ts';
import { STANDARD_DELAYS_MS } from '../domain/delivery/retry-policy.ts';
import type { HttpPort, RecordedExchange } from '../domain/delivery/types.ts';
import { secretValues } from '../domain/destinations/config-secrets.ts';
import { type DestinationDecision, decideDestination, putOff, restAfter } from '../domain/destinations/decide.ts';
import type { DeliverResult } from '../domain/destinations/destination.ts';
import { credentialsIn, hiderOf, maskExchange } from '../domain/destinations/mask-exchange.ts';
import { type PreparedDelivery, prepareDelivery } from '../domain/destinations/prepare.ts';
import { runSteps } from '../domain/destinations/run-steps.ts';
import { subjectKeyOf } from '../domain/signing/subject-key.ts';
import type { BegunAttempt, DestinationStore, HeldSubject, SenderEndpoint } from '../store/types.ts';
import { type Attempted, type MakeAttempt, notRendered } from './attempted.ts';
import { EndpointRests } from './endpoint-rests.ts';
import { holdSubject, outcomeOf, searchOf } from './subject-work.ts';
import { TokenCache } from './token-cache.ts';

export interface DestinationPorts {
  store: DestinationStore;
  http: HttpPort;
  nowMs(): number;
  /** 0 <= random < 1. */
  random(): number;
  userAgent: string;
  /** Multiplies how long an endpoint rests; 1 in production. */
  timeScale: number;
  onFault(where: string, error: unknown): void;
}

/**
 * The requests of one attempt at a native destination: alone on its subject, from what is remembered of it. What came of them is
 * remembered before the attempt is finished, and the subject let go after it: whoever finds it held after a crash looks first.
 */
export function createDestinationAttempt(ports: DestinationPorts): MakeAttempt {
  const { subjects, configurationFaults } = ports.store;
  const rests = new EndpointRests(ports.nowMs);
  const tokens = new TokenCache(ports.nowMs);

  return async function attempt(begun, endpoint): Promise<Attempted> {
    const prepared = prepare(begun, endpoint);
    if (prepared instanceof Error) return notRendered(prepared);
    const restsMs = rests.leftMs(endpoint);
    if (restsMs > 0) return notMade(putOff('rate_limited', restsMs / ports.timeScale), 'its vendor asked for a rest');
    const { endpointId, deliveryId, attemptId } = begun;
    const claim = { endpointId, key: prepared.subjectKey, deliveryId, attemptId };
    const held = await holdSubject(subjects, claim, ports);
    if (held.kind === 'busy') return notMade(putOff('subject_busy'), 'another delivery about the same was at work');
    if (held.kind === 'early') {
      const wait = putOff('subject_busy', held.waitMs / ports.timeScale);
      return notMade(wait, 'what another delivery about the same may have made is looked for again later');
    }
    const { result, exchanges } = await deliver(prepared, held, begun, endpoint);
    await subjects.remember(claim, outcomeOf(held, begun.event.occurredAt, result));
    await noteConfiguration(begun, result);
    const judged = judge(result, held, begun, endpoint);
    return { ...toAttempted(result, held, judged, exchanges), afterFinish: () => subjects.release(claim) };
  };

  async function deliver(
    { destination, config, message, subjectKey }: PreparedDelivery,
    held: HeldSubject,
    begun: BegunAttempt,
    endpoint: SenderEndpoint,
  ): Promise<{ result: DeliverResult; exchanges: RecordedExchange[] }> {
    const exchanges: RecordedExchange[] = [];
    const secrets = new Set(secretValues(endpoint.config.secret));
    const memory = tokens.of(endpoint.id, endpoint.version);
    const steps = destination.deliver({
      config,
      message,
      subjectKey,
      deliveryKey: begun.deliveryId,
      remote: held.remote,
      outdated: held.lastOccurredAt !== null && held.lastOccurredAt > begun.event.occurredAt,
      unsure: held.searches === null ? null : { searches: searchOf(held) },
      test: begun.test,
      tokens: memory,
      nowMs: ports.nowMs(),
    });
    const result = await runSteps(steps, {
      exchange: (request) =>
        ports.http.exchange({ ...request, headers: { ...request.headers, 'user-agent': ports.userAgent } }),
      nowMs: ports.nowMs,
      onExchange({ step, secretAnswer = false, ...request }, answer) {
        for (const credential of credentialsIn(request.headers)) secrets.add(credential);
        const exchange = { step, ...recordExchange({ ...request, timeoutMs: 0 }, answer, []) };
        exchanges.push(maskExchange(exchange, [...secrets], { secretAnswer }));
      },
    }).catch((error): DeliverResult => {
      // Thrown on, the attempt would be lost with its worker's count of tries, and made again for ever.
      ports.onFault('destination', error);
      return { verdict: { kind: 'ambiguous', message: `an answer of ${destination.title} could not be understood` } };
    });
    return { result: withoutSecrets(result, [...secrets]), exchanges };
  }

  function judge(
    { verdict }: DeliverResult,
    held: HeldSubject,
    begun: BegunAttempt,
    endpoint: SenderEndpoint,
  ): DestinationDecision {
    const restMs = restAfter(verdict);
    if (restMs > 0) rests.until(endpoint, ports.nowMs() + restMs * ports.timeScale);
    return decideDestination({
      verdict,
      delaysMs: endpoint.retryDelaysMs ?? STANDARD_DELAYS_MS,
      triesSoFar: begun.tries + 1,
      searches: searchOf(held),
      random: ports.random(),
    });
  }

  async function noteConfiguration(begun: BegunAttempt, { verdict }: DeliverResult) {
    const { organizationId, endpointId, endpointVersion } = begun;
    if (verdict.kind === 'bad_configuration')
      await configurationFaults.add(organizationId, endpointId, endpointVersion, verdict.message);
    else if (verdict.kind === 'delivered' || verdict.kind === 'accepted') await configurationFaults.clear(endpointId);
  }
}

function prepare(begun: BegunAttempt, endpoint: SenderEndpoint): PreparedDelivery | Error {
  try {
    return prepareDelivery(
      endpoint,
      { ...begun.event, data: JSON.parse(begun.event.data), test: begun.test },
      subjectKeyOf,
    );
  } catch (error) {
    return error instanceof Error ? error : new Error('rendering failed');
  }
}

/** An attempt without a request. */
function notMade({ decision, counted }: DestinationDecision, errorMessage: string): Attempted {
  return {
    decision,
    counted,
    accepted: false,
    remote: null,
    exchanges: [],
    statusCode: null,
    durationMs: 0,
    errorMessage,
  };
}

/** What it says may be shown: in the log of the delivery, as the reason of a pause, in an operational event. */
function withoutSecrets(result: DeliverResult, secrets: readonly string[]): DeliverResult {
  const { verdict } = result;
  return 'message' in verdict
    ? { ...result, verdict: { ...verdict, message: hiderOf(secrets)(verdict.message) } }
    : result;
}

function toAttempted(
  { verdict, remote: left }: DeliverResult,
  held: HeldSubject,
  { decision, counted }: DestinationDecision,
  exchanges: RecordedExchange[],
): Attempted {
  const remote = left === undefined ? held.remote : left;
  return {
    decision,
    counted,
    accepted: verdict.kind === 'accepted',
    remote: remote && { name: remote.name, link: remote.link },
    exchanges,
    statusCode: exchanges.at(-1)?.status ?? null,
    durationMs: exchanges.reduce((sum, exchange) => sum + exchange.durationMs, 0),
    errorMessage: 'message' in verdict ? verdict.message : null,
  };
}
