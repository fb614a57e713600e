import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { bareHostname, createAddressGuard } from './address-guard.ts';
import { ExchangeRefusal, refusal } from './exchange-error.ts';

/** Where connections may lead, and how they are made. */
export interface GuardedAgentOptions {
  /** CIDRs outside the public ranges that may be contacted, by plain HTTP too; see `parseAllowNetworks`. */
  allowNetworks: readonly string[];
  /**
   * Connections to one scheme, host and port at most; default 4,096: many endpoints may share a host, and one that hangs must
   * not keep the others from theirs. Further exchanges wait within their time limit.
   */
  connectionsPerOrigin?: number;
  /** From lookup to the end of the TLS handshake; default 10,000. An exchange's own limit may be shorter. */
  connectTimeoutMs?: number;
  /** Stands in for the system's resolver; asked once a connection, never for literal addresses. */
  resolve?: (hostname: string) => Promise<LookupAddress[]>;
  /** PEM certificates to trust instead of Node's own list. */
  ca?: string;
}

/** An idle connection is kept for 4 s, or as long as its server offers, but no longer than this. */
const MAX_IDLE_MS = 60_000;
const MAX_RESPONSE_HEADER_BYTES = 16_384;

const PLAIN_HTTP_RULE = 'Plain HTTP is allowed only to addresses in the allowed networks';

/**
 * One pool of HTTP/1.1 connections, each checked after DNS, literal addresses included. Redirects are not followed, nothing is
 * sent twice, and only the timer of an `Exchange` ends what takes too long.
 */
export function createGuardedAgent(options: GuardedAgentOptions): Agent {
  return new Agent({
    connect: guardedConnector(options),
    connections: options.connectionsPerOrigin ?? 4_096,
    allowH2: false,
    // A connection carries one exchange at a time, so a receiver that hangs holds up nobody else.
    pipelining: 1,
    maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
    keepAliveMaxTimeout: MAX_IDLE_MS,
    // The timer of the exchange covers both, and is exact.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** Why no socket may be opened to an address; `undefined` if it may. */
type Judge = (ip: string) => ExchangeRefusal | undefined;

/** Opens a socket only to an address that the guard permits for the protocol. Pooled connections have passed it. */
function guardedConnector(options: GuardedAgentOptions): buildConnector.connector {
  const guard = createAddressGuard(options.allowNetworks);
  const judgeTls: Judge = (ip) => (guard.isPermitted(ip) ? undefined : refusal('address_not_allowed'));
  const judgePlain: Judge = (ip) => {
    if (guard.isAllowedNetwork(ip)) return undefined;
    return judgeTls(ip) ?? new ExchangeRefusal('address_not_allowed', PLAIN_HTTP_RULE);
  };
  const resolve = options.resolve ?? ((hostname) => lookup(hostname, { all: true }));
  const shared = { timeout: options.connectTimeoutMs ?? 10_000, allowH2: false };
  const connectPlain = buildConnector({ ...shared, lookup: guardedLookup(resolve, judgePlain) });
  const connectTls = buildConnector({
    ...shared,
    lookup: guardedLookup(resolve, judgeTls),
    // Stated, so that NODE_TLS_REJECT_UNAUTHORIZED=0 does not reach here.
    rejectUnauthorized: true,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });

  return (target, callback) => {
    const isTls = target.protocol === 'https:';
    const host = bareHostname(target.hostname);
    // Node asks no lookup for a literal address.
    const refused = isIP(host) === 0 ? undefined : (isTls ? judgeTls : judgePlain)(host);
    if (refused === undefined) (isTls ? connectTls : connectPlain)(target, callback);
    else queueMicrotask(() => callback(refused, null));
  };
}

function guardedLookup(resolve: (hostname: string) => Promise<LookupAddress[]>, judge: Judge): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined) return callback(refusal('dns_error'), []);
        for (const { address } of addresses) {
          // One bad address condemns the name: Node would try them in turn, and the good one may be there as a cover.
          const refused = judge(address);
          if (refused !== undefined) return callback(refused, []);
        }
        if (all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      () => callback(refusal('dns_error'), []),
    );
  };
}
