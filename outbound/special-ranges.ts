import { BlockList, isIP } from 'node:net';

/**
 * IPv4 ranges that no customer's address may lie in, in CIDR form.
 * Source: IANA IPv4 Special-Purpose Address Registry, and the one metadata service that sits on a public address.
 */
export const SPECIAL_IPV4_RANGES = [
  '0.0.0.0/8', // "this network"; 0.0.0.0 reaches the own host on Linux
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT, Tailscale, Alibaba's metadata 100.100.100.200
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // Azure's host service, public by number only
  '169.254.0.0/16', // link-local, metadata 169.254.169.254
  '172.16.0.0/12', // private
  '192.0.0.0/24', // IETF protocols, Oracle's metadata 192.0.0.192
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, with the broadcast address
] as const;

/**
 * The IPv6 range that is public at all. Everything outside is refused: loopback, unspecified, mapped, compatible, NAT64,
 * unique local, link-local, multicast and what is not assigned yet.
 */
export const PUBLIC_IPV6_RANGE = '2000::/3';

/** Ranges inside `PUBLIC_IPV6_RANGE` that are refused. Source: IANA IPv6 Special-Purpose Address Registry. */
export const SPECIAL_IPV6_RANGES = [
  '2001::/23', // IETF protocols: Teredo, benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3fff::/20', // documentation
] as const;

/** Every IPv4 address as IPv6 (RFC 4291, section 2.5.5.2): a socket to it is a socket to the IPv4 address. */
const IPV4_MAPPED = rangeSet(['::ffff:0:0/96']);

/** Where translating ranges keep the IPv4 address that is reached in the end, by the offset of each of its bytes. */
const TRANSLATING_RANGES: { range: BlockList; offsets: number[][] }[] = [
  { range: rangeSet(['::/96']), offsets: [[12, 13, 14, 15]] }, // IPv4-compatible
  { range: rangeSet(['::ffff:0:0:0/96']), offsets: [[12, 13, 14, 15]] }, // IPv4-translated, RFC 2765
  { range: rangeSet(['64:ff9b::/96']), offsets: [[12, 13, 14, 15]] }, // NAT64, RFC 6052
  {
    // NAT64 of local use, RFC 8215: the operator chooses the length of the prefix, so both layouts are judged.
    range: rangeSet(['64:ff9b:1::/48']),
    offsets: [
      [6, 7, 9, 10],
      [12, 13, 14, 15],
    ],
  },
  { range: rangeSet(['2002::/16']), offsets: [[2, 3, 4, 5]] }, // 6to4, RFC 3056
];

/** Builds a set of ranges of one family. A prefix that is not a valid CIDR throws; parse text of others first. */
export function rangeSet(cidrs: readonly string[]): BlockList {
  const set = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', prefix] = cidr.split('/');
    set.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return set;
}

/**
 * The IPv4 addresses that a connection to this IPv6 address may reach in the end; empty for a native one.
 * `mapped` is true where the two are the same address, so that only the IPv4 one is to be judged.
 */
export function embeddedIpv4(ipv6: string): { mapped: boolean; addresses: string[] } {
  const bytes = ipv6Bytes(ipv6);
  const at = (offsets: number[]): string => offsets.map((offset) => bytes[offset]).join('.');
  if (IPV4_MAPPED.check(ipv6, 'ipv6')) return { mapped: true, addresses: [at([12, 13, 14, 15])] };
  // :: and ::1 have addresses of their own and lie in the compatible range by number only.
  if (bytes.subarray(0, 15).every((byte) => byte === 0)) return { mapped: false, addresses: [] };
  const addresses = TRANSLATING_RANGES.filter(({ range }) => range.check(ipv6, 'ipv6')).flatMap(({ offsets }) =>
    offsets.map(at),
  );
  return { mapped: false, addresses };
}

function ipv6Bytes(ipv6: string): Uint8Array {
  // URL writes every form, dotted quads included, as groups of hex digits with at most one "::".
  const [head = '', tail] = new URL(`http://[${ipv6}]/`).hostname.slice(1, -1).split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const front = groups(head);
  const back = groups(tail ?? '');
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
