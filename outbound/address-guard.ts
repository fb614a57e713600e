import { isIP } from 'node:net';
import {
  embeddedIpv4,
  PUBLIC_IPV6_RANGE,
  rangeSet,
  SPECIAL_IPV4_RANGES,
  SPECIAL_IPV6_RANGES,
} from './special-ranges.ts';

/** Judges addresses before a socket is opened to them. Takes IP addresses as text, without brackets; names are never permitted. */
export interface AddressGuard {
  /** May a connection over TLS go there: a public address, or one in the allowed networks. */
  isPermitted(ip: string): boolean;
  /** Does it lie in the allowed networks: the condition for plain HTTP. */
  isAllowedNetwork(ip: string): boolean;
}

const specialIpv4 = rangeSet(SPECIAL_IPV4_RANGES);
const specialIpv6 = rangeSet(SPECIAL_IPV6_RANGES);
const publicIpv6 = rangeSet([PUBLIC_IPV6_RANGE]);

/**
 * A guard against addresses that only this host or its network should reach. `allowNetworks` are CIDRs that are open
 * nevertheless; empty: none. An IPv6 address that leads to an IPv4 one (mapped, NAT64, 6to4) passes only if that passes too.
 * Throws on an entry that is no CIDR: `parseAllowNetworks` reports those in words.
 */
export function createAddressGuard(allowNetworks: readonly string[]): AddressGuard {
  // One set a family: a BlockList matches IPv4 addresses against IPv6 rules, so "::/0" alone would open 10.0.0.0/8.
  const allowedIpv4 = rangeSet(allowNetworks.filter((cidr) => !cidr.includes(':')));
  const allowedIpv6 = rangeSet(allowNetworks.filter((cidr) => cidr.includes(':')));

  const isAllowedIpv4 = (ip: string): boolean => allowedIpv4.check(ip, 'ipv4');
  const isPermittedIpv4 = (ip: string): boolean => isAllowedIpv4(ip) || !specialIpv4.check(ip, 'ipv4');
  const isPublicIpv6 = (ip: string): boolean => publicIpv6.check(ip, 'ipv6') && !specialIpv6.check(ip, 'ipv6');

  function isAllowedNetwork(ip: string): boolean {
    if (isIP(ip) !== 6) return isIP(ip) === 4 && isAllowedIpv4(ip);
    const address = withoutZone(ip);
    const { mapped, addresses } = embeddedIpv4(address);
    return (mapped || allowedIpv6.check(address, 'ipv6')) && addresses.every(isAllowedIpv4);
  }

  function isPermitted(ip: string): boolean {
    if (isIP(ip) !== 6) return isIP(ip) === 4 && isPermittedIpv4(ip);
    const address = withoutZone(ip);
    const { mapped, addresses } = embeddedIpv4(address);
    // No service is published under a mapped address, so one that was not opened by name is an attempt at the guard.
    if (mapped) return addresses.every(isAllowedIpv4);
    return (isPublicIpv6(address) || allowedIpv6.check(address, 'ipv6')) && addresses.every(isPermittedIpv4);
  }

  return { isPermitted, isAllowedNetwork };
}

/**
 * Why a URL may not be used as an address to call, in words for the person who entered it; `undefined` if it may.
 * Literal addresses are judged at once and `localhost` counts as loopback; other names are judged at each connection,
 * after DNS. Plain HTTP needs a literal address in the allowed networks, or `localhost` while loopback is open.
 */
export function checkUrl(url: URL, guard: AddressGuard): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'The URL must begin with https:// or http://';
  if (url.username !== '' || url.password !== '') return 'The URL must not contain a user name or password';
  const host = bareHostname(url.hostname);
  const literal = host === 'localhost' ? '127.0.0.1' : host;
  if (isIP(literal) !== 0 && !guard.isPermitted(literal)) {
    return 'The address is in a private or reserved range; WAYBILL_ALLOW_NETWORKS does not open it';
  }
  if (url.protocol === 'http:' && !guard.isAllowedNetwork(literal)) {
    return 'Plain HTTP is allowed only to addresses in WAYBILL_ALLOW_NETWORKS; use https://';
  }
  return undefined;
}

/** The host of a URL without the brackets of an IPv6 literal. */
export function bareHostname(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** The networks that the word `loopback` stands for. */
export const LOOPBACK_NETWORKS = ['127.0.0.0/8', '::1/128'] as const;

/**
 * Reads `WAYBILL_ALLOW_NETWORKS`: CIDRs separated by commas, or the words `loopback` and `none`. Empty text opens nothing.
 * `faults` has one sentence for each entry that is neither.
 */
export function parseAllowNetworks(text: string): { networks: string[]; faults: string[] } {
  const networks: string[] = [];
  const faults: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '' || entry === 'none') continue;
    if (entry === 'loopback') {
      networks.push(...LOOPBACK_NETWORKS);
      continue;
    }
    const fault = cidrFault(entry);
    if (fault === undefined) networks.push(entry);
    else faults.push(fault);
  }
  return { networks, faults };
}

function cidrFault(entry: string): string | undefined {
  const [address = '', prefix, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || rest.length > 0) {
    return `"${entry}" is neither a network such as 10.0.0.0/8 nor the word loopback`;
  }
  const maxPrefix = family === 4 ? 32 : 128;
  if (prefix === undefined) return `"${entry}" has no prefix length: write ${entry}/${maxPrefix} for this one address`;
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > maxPrefix) {
    return `"${entry}" needs a prefix length from 0 to ${maxPrefix}`;
  }
  return undefined;
}

/** Link-local addresses may carry the interface ("fe80::1%eth0"), which is no part of the address. */
function withoutZone(ip: string): string {
  return ip.split('%', 1)[0] ?? ip;
}
