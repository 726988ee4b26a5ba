import { describe, expect, it } from 'vitest';
import { rememberAddresses } from '../../../src/net/address-book.ts';
import {
  announcedEndpoints,
  formatMultiaddr,
  fromMultiaddr,
  parseEndpoint,
  toMultiaddr,
} from '../../../src/net/addresses.ts';

describe('addresses', () => {
  it.each([
    ['10.0.0.5:4747', '/ip4/10.0.0.5/tcp/4747'],
    ['[fd00::5]:4747', '/ip6/fd00::5/tcp/4747'],
    ['[fe80::1%eth0]:1', '/ip6zone/eth0/ip6/fe80::1/tcp/1'],
    ['gpu-box.local:80', '/dns/gpu-box.local/tcp/80'],
  ])('%s is %s, and back', (text, multiaddr) => {
    expect(toMultiaddr(parseEndpoint(text))).toBe(multiaddr);
    expect(formatMultiaddr(multiaddr)).toBe(text);
    expect(formatMultiaddr(`${multiaddr}/p2p/12D3KooW`)).toBe(text);
  });

  it('take a port from elsewhere where they have none', () => {
    expect(parseEndpoint('nas', 4747)).toEqual({ host: 'nas', port: 4747 });
    expect(parseEndpoint('fd00::5', 4747)).toEqual({ host: 'fd00::5', port: 4747 });
  });

  it.each(['', 'nas', ':80', 'nas:', 'nas:99999', 'a b:80', '[fd00::5', 'nas:80:80', '-nas:80', '[10.0.0.5%x]:80'])(
    'are refused where they are none: %j',
    (text) => {
      expect(() => parseEndpoint(text)).toThrow(expect.objectContaining({ code: 'invalid' }));
    },
  );

  it.each(['/ip4/nas/tcp/80', '/ip6/10.0.0.5/tcp/80', '/ip4/10.0.0.5/udp/80', '/unix/tmp', '/ip4/1.2.3.4/tcp/0', 'x'])(
    'are none of ours: %s',
    (multiaddr) => {
      expect(fromMultiaddr(multiaddr)).toBeUndefined();
    },
  );

  it('that are announced stand for what the machine has: no link-local, loopback last', () => {
    const address = (family: 'IPv4' | 'IPv6', at: string) =>
      ({ family, address: at, internal: false, netmask: '', mac: '', cidr: null, scopeid: 0 }) as never;
    const interfaces = {
      lo: [address('IPv4', '127.0.0.1'), address('IPv6', '::1')],
      eth0: [address('IPv6', 'fe80::1'), address('IPv6', 'fd00::5'), address('IPv4', '10.0.0.5')],
    };
    const listeners = [
      { host: '0.0.0.0', port: 4747 },
      { host: '::', port: 4747 },
    ];
    expect(announcedEndpoints(listeners, interfaces).map(toMultiaddr)).toEqual([
      '/ip4/10.0.0.5/tcp/4747',
      '/ip6/fd00::5/tcp/4747',
      '/ip4/127.0.0.1/tcp/4747',
      '/ip6/::1/tcp/4747',
    ]);
  });
});

describe('the address book', () => {
  it('puts what worked first, then what the device says, then a few of the old', () => {
    const kept = ['/ip4/10.0.0.1/tcp/1', '/ip4/10.0.0.2/tcp/1', '/ip4/10.0.0.3/tcp/1', '/ip4/10.0.0.4/tcp/1'];
    const said = ['/ip4/10.0.0.9/tcp/1', '/ip4/10.0.0.2/tcp/1'];
    expect(rememberAddresses({ kept, said, worked: '/ip4/10.0.0.7/tcp/1', remoteHost: '10.0.0.7' })).toEqual([
      '/ip4/10.0.0.7/tcp/1',
      '/ip4/10.0.0.9/tcp/1',
      '/ip4/10.0.0.2/tcp/1',
      '/ip4/10.0.0.1/tcp/1',
      '/ip4/10.0.0.3/tcp/1',
      '/ip4/10.0.0.4/tcp/1',
    ]);
  });

  it('takes the loopback of another machine for nothing', () => {
    const said = ['/ip4/127.0.0.1/tcp/1', '/ip4/10.0.0.2/tcp/1', 'nonsense'];
    expect(rememberAddresses({ kept: [], said, remoteHost: '10.0.0.2' })).toEqual(['/ip4/10.0.0.2/tcp/1']);
    expect(rememberAddresses({ kept: [], said, remoteHost: '127.0.0.1' })).toEqual(said.slice(0, 2));
  });

  it('stays small, whatever the device says', () => {
    const said = Array.from({ length: 60 }, (_, index) => `/ip4/10.0.1.${index}/tcp/1`);
    expect(
      rememberAddresses({ kept: ['/ip4/10.0.0.1/tcp/1'], said, remoteHost: '10.0.1.1' }).length,
    ).toBeLessThanOrEqual(12);
  });
});
