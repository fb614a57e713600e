import { describe, expect, test } from 'vitest';
import { checkUrl, createAddressGuard, LOOPBACK_NETWORKS, parseAllowNetworks } from './address-guard.ts';

const closed = createAddressGuard([]);
const loopbackOpen = createAddressGuard(LOOPBACK_NETWORKS);

describe('an address guard without allowed networks', () => {
  test.each([
    ['unspecified', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['private 10', '10.0.0.1'],
    ['private 172.16', '172.16.0.1'],
    ['end of private 172.16', '172.31.255.255'],
    ['private 192.168', '192.168.1.1'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['end of carrier-grade NAT', '100.127.255.255'],
    ['metadata of Alibaba', '100.100.100.200'],
    ['loopback', '127.0.0.1'],
    ['end of loopback', '127.255.255.255'],
    ['link-local', '169.254.0.1'],
    ['metadata', '169.254.169.254'],
    ['metadata of ECS', '169.254.170.2'],
    ['host service of Azure', '168.63.129.16'],
    ['IETF protocols', '192.0.0.192'],
    ['documentation 1', '192.0.2.1'],
    ['documentation 2', '198.51.100.1'],
    ['documentation 3', '203.0.113.1'],
    ['6to4 relay', '192.88.99.1'],
    ['benchmark', '198.19.255.255'],
    ['multicast', '224.0.0.1'],
    ['end of multicast', '239.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified v6', '::'],
    ['loopback v6', '::1'],
    ['loopback v6 in full', '0:0:0:0:0:0:0:1'],
    ['mapped private', '::ffff:10.0.0.1'],
    ['mapped private in hex', '::ffff:a00:1'],
    ['mapped loopback in full', '0:0:0:0:0:ffff:7f00:1'],
    ['mapped metadata', '::FFFF:169.254.169.254'],
    ['mapped public', '::ffff:8.8.8.8'],
    ['compatible', '::10.0.0.1'],
    ['compatible public', '::8.8.8.8'],
    ['translated', '::ffff:0:10.0.0.1'],
    ['NAT64 of a private address', '64:ff9b::10.0.0.1'],
    ['NAT64 of a public address', '64:ff9b::8.8.8.8'],
    ['NAT64 of local use', '64:ff9b:1::10.0.0.1'],
    ['discard', '100::1'],
    ['Teredo', '2001::1'],
    ['benchmark v6', '2001:2::1'],
    ['ORCHID', '2001:20::1'],
    ['documentation v6', '2001:db8::1'],
    ['newer documentation v6', '3fff::1'],
    ['6to4 of a private address', '2002:a00:1::1'],
    ['6to4 of a public address', '2002:808:808::1'],
    ['unique local', 'fc00::1'],
    ['metadata of AWS v6', 'fd00:ec2::254'],
    ['link-local v6', 'fe80::1'],
    ['link-local v6 with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast v6', 'ff02::1'],
    ['not assigned', '4000::1'],
    ['a name', 'example.com'],
    ['an octal form', '0177.0.0.1'],
    ['a short form', '127.1'],
    ['nothing', ''],
  ])('refuses %s (%s)', (_what, ip) => {
    expect(closed.isPermitted(ip)).toBe(false);
    expect(closed.isAllowedNetwork(ip)).toBe(false);
  });

  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:80e::200e',
    '2001:4860:4860::8888',
  ])('permits the public address %s over TLS, not by plain HTTP', (ip) => {
    expect(closed.isPermitted(ip)).toBe(true);
    expect(closed.isAllowedNetwork(ip)).toBe(false);
  });
});

describe('allowed networks', () => {
  test.each([
    [['10.1.0.0/16'], '10.1.2.3', true],
    [['10.1.2.3/16'], '10.1.255.255', true], // host bits are ignored
    [['10.1.0.0/16'], '10.2.0.1', false],
    [['10.1.2.3/32'], '10.1.2.3', true],
    [['fd00::/8'], 'fd12::1', true],
    [['fd00::/8'], 'fe80::1', false],
    [['fe80::/10'], 'fe80::1%eth0', true],
    // what a mapped address leads to decides
    [['127.0.0.0/8'], '::ffff:127.0.0.1', true],
    [['127.0.0.0/8'], '::ffff:10.0.0.1', false],
    [['::ffff:0:0/96'], '::ffff:10.0.0.1', false],
    // a translating range opened by name still leads to what it leads to
    [['64:ff9b::/96'], '64:ff9b::8.8.8.8', true],
    [['64:ff9b::/96'], '64:ff9b::10.0.0.1', false],
    [['64:ff9b::/96', '10.0.0.0/8'], '64:ff9b::10.0.0.1', true],
    [['64:ff9b:1::/48'], '64:ff9b:1:a00:0:100:808:808', false],
    [['2002::/16'], '2002:7f00:1::1', false],
    [['2002::/16'], '2002:808:808::1', true],
    // families are apart
    [['::/0'], '10.0.0.1', false],
    [['0.0.0.0/0'], 'fd00::1', false],
    [['0.0.0.0/0'], '169.254.169.254', true],
  ])('%j on %s: %s', (networks, ip, permitted) => {
    expect(createAddressGuard(networks).isPermitted(ip)).toBe(permitted);
  });

  test('a public address behind an opened NAT64 range is no allowed network, so plain HTTP stays closed', () => {
    expect(createAddressGuard(['64:ff9b::/96']).isAllowedNetwork('64:ff9b::8.8.8.8')).toBe(false);
  });
});

describe('checkUrl', () => {
  test.each([
    ['https://example.com/hook', undefined],
    ['https://8.8.8.8/', undefined],
    ['https://[2606:4700:4700::1111]/', undefined],
    ['https://internal.example/', undefined], // judged at the connection, after DNS
    ['http://example.com/hook', /Plain HTTP/],
    ['http://8.8.8.8/', /Plain HTTP/],
    ['https://10.0.0.1/', /private or reserved/],
    ['https://localhost/', /private or reserved/],
    ['https://[::ffff:10.0.0.1]/', /private or reserved/],
    ['https://[64:ff9b::7f00:1]/', /private or reserved/],
    ['http://2130706433/', /private or reserved/], // 127.0.0.1 in decimal
    ['http://0177.0.0.1/', /private or reserved/], // in octal
    ['http://0x7f.0.0.1/', /private or reserved/], // in hex
    ['http://127.1/', /private or reserved/], // shortened
    ['http://①②⑦.0.0.1/', /private or reserved/], // in characters that IDNA folds
    ['https://user@example.com/', /user name/],
    ['https://:secret@example.com/', /user name/],
    ['ftp://example.com/', /https:/],
    ['file:///etc/passwd', /https:/],
  ])('%s with everything closed', (url, expected) => {
    const fault = checkUrl(new URL(url), closed);
    if (expected === undefined) expect(fault).toBeUndefined();
    else expect(fault).toMatch(expected);
  });

  test.each([
    ['http://localhost:3000/', undefined],
    ['http://LOCALHOST/', undefined],
    ['http://127.0.0.1:8080/', undefined],
    ['http://[::1]/', undefined],
    ['https://localhost/', undefined],
    ['http://localhost.example.com/', /Plain HTTP/],
    ['http://10.0.0.1/', /private or reserved/],
  ])('%s with loopback open', (url, expected) => {
    const fault = checkUrl(new URL(url), loopbackOpen);
    if (expected === undefined) expect(fault).toBeUndefined();
    else expect(fault).toMatch(expected);
  });
});

describe('parseAllowNetworks', () => {
  test('reads networks and the word loopback', () => {
    expect(parseAllowNetworks(' loopback, 10.0.0.0/8 ,fd00::/8')).toEqual({
      networks: ['127.0.0.0/8', '::1/128', '10.0.0.0/8', 'fd00::/8'],
      faults: [],
    });
  });

  test.each(['', 'none', ' , '])('%j opens nothing', (text) => {
    expect(parseAllowNetworks(text)).toEqual({ networks: [], faults: [] });
  });

  test('has one sentence for each entry that it cannot read', () => {
    expect(
      parseAllowNetworks('10.0.0.5,localhost,10.0.0.0/33,10.0.0.0/,fe80::1%lo/64,::1/129,127.1/8,1.2.3.4/8/9'),
    ).toEqual({
      networks: [],
      faults: [
        '"10.0.0.5" has no prefix length: write 10.0.0.5/32 for this one address',
        '"localhost" is neither a network such as 10.0.0.0/8 nor the word loopback',
        '"10.0.0.0/33" needs a prefix length from 0 to 32',
        '"10.0.0.0/" needs a prefix length from 0 to 32',
        '"fe80::1%lo/64" is neither a network such as 10.0.0.0/8 nor the word loopback',
        '"::1/129" needs a prefix length from 0 to 128',
        '"127.1/8" is neither a network such as 10.0.0.0/8 nor the word loopback',
        '"1.2.3.4/8/9" is neither a network such as 10.0.0.0/8 nor the word loopback',
      ],
    });
  });
});
