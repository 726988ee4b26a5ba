// The way to a service: certificates, proxies, and addresses that may not be dialled.

import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../../src/routes/cloud/connector/addresses.ts';
import { type Certificate, makeCertificate } from '../../helpers/certificates.ts';
import { ask, clientOf, closeLater, collect, failureOf, KEY, question, textOf } from '../../helpers/connectors.ts';
import { json, serve } from '../../helpers/http-service.ts';
import { needs } from '../../helpers/needs.ts';

const good = () => serve((_asked, response) => json(response, { text: 'good', stdout: '' }));

needs('openssl')('TLS', () => {
  let certificate: Certificate;
  beforeAll(() => {
    certificate = makeCertificate();
  });
  afterAll(() => certificate.remove());
  const secure = () =>
    serve((_asked, response) => json(response, { text: 'secure' }), { tls: certificate, host: '127.0.0.1' });

  it('refuses a certificate that nobody vouches for, and says how to', async () => {
    const service = await secure();
    const failure = await failureOf(ask(await clientOf(`preset = "webhook"\nurl = "${service.url}"`), question('x')));
    expect(failure).toMatchObject({ code: 'unavailable', hint: expect.stringContaining('ca_file') });
    expect(service.asked).toEqual([]);
  });

  it('takes one that is named', async () => {
    const service = await secure();
    const client = await clientOf(`preset = "webhook"\nurl = "${service.url}"\nca_file = "${certificate.file}"`);
    expect(textOf(await ask(client, question('x')))).toBe('secure');
    const stages = await collect(client.test(new AbortController().signal));
    expect(stages.find(({ name }) => name === 'connect')).toMatchObject({
      ok: true,
      detail: expect.stringContaining('TLSv1.3'),
    });
  });

  it('says which file is not there', async () => {
    const failure = await failureOf(
      ask(await clientOf('preset = "webhook"\nurl = "https://127.0.0.1:1"\nca_file = "/no/ca.pem"'), question('x')),
    );
    expect(failure).toMatchObject({ code: 'config', message: expect.stringContaining('/no/ca.pem') });
  });

  it('goes through a proxy to it, which sees neither key nor question', async () => {
    const [service, proxy] = [await secure(), await startProxy()];
    const client = await clientOf(
      `preset = "webhook"\nurl = "${service.url}"\nca_file = "${certificate.file}"\nproxy = "${proxy.url}"`,
    );
    expect(textOf(await ask(client, question('x')))).toBe('secure');
    expect(proxy.tunnels).toEqual([`127.0.0.1:${service.port}`]);
    expect(proxy.seen()).not.toContain(KEY);
  });
});

describe('a connection that is never made whole', () => {
  /** Takes connections, and never says anything of TLS. */
  async function mute(): Promise<{ url: string; taken: Promise<void> }> {
    const sockets: Socket[] = [];
    const { promise: taken, resolve } = Promise.withResolvers<void>();
    const server = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      resolve();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    closeLater({
      close() {
        for (const socket of sockets) socket.destroy();
        return new Promise<void>((closed) => server.close(() => closed()));
      },
    });
    return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, taken };
  }

  it('is given up', async () => {
    const { url } = await mute();
    const client = await clientOf(`preset = "webhook"\nurl = "${url}"\nlimits = { connect = "50ms", retries = 0 }`);
    expect(await failureOf(ask(client, question('x')))).toMatchObject({
      code: 'unavailable',
      hint: expect.stringContaining('limits.connect'),
    });
  });

  it('can be stopped', async () => {
    const { url, taken } = await mute();
    const stop = new AbortController();
    const asking = failureOf(ask(await clientOf(`preset = "webhook"\nurl = "${url}"`), question('x'), stop.signal));
    await taken;
    stop.abort();
    expect((await asking).code).toBe('cancelled');
  });
});

describe('a proxy', () => {
  it('of the environment is used', async () => {
    const [service, proxy] = [await good(), await startProxy()];
    const client = await clientOf(`preset = "webhook"\nurl = "${service.url}"`, {
      env: { KEY, HTTP_PROXY: proxy.url },
    });
    expect(textOf(await ask(client, question('x')))).toBe('good');
    expect(proxy.tunnels).toHaveLength(1);
  });

  it.each([
    ['by NO_PROXY', '', { NO_PROXY: 'example.com, 127.0.0.1' }],
    ['by the config', 'proxy = "none"', {}],
  ])('is not used where it is told so %s', async (_name, more, env) => {
    const [service, proxy] = [await good(), await startProxy()];
    const client = await clientOf(`preset = "webhook"\nurl = "${service.url}"\n${more}`, {
      env: { KEY, HTTP_PROXY: proxy.url, ...env },
    });
    expect(textOf(await ask(client, question('x')))).toBe('good');
    expect(proxy.tunnels).toEqual([]);
  });

  it('that cannot be reached is told of as what it is', async () => {
    const service = await good();
    const client = await clientOf(
      `preset = "webhook"\nurl = "${service.url}"\nproxy = "http://127.0.0.1:1"\nlimits.retries = 0`,
    );
    expect((await failureOf(ask(client, question('x')))).code).toBe('unavailable');
    expect(service.asked).toEqual([]);
  });
});

describe('where only public addresses may be dialled', () => {
  it.each([
    ['an address', '127.0.0.1'],
    ['a name that means one', 'localhost'],
    ['an address in another spelling', '0x7f.1'],
    ['an IPv6 address', '[::1]'],
    ['an IPv4 address inside one', '[::ffff:127.0.0.1]'],
  ])('%s of this machine is not', async (_name, host) => {
    const service = await good();
    const client = await clientOf(`preset = "webhook"\nurl = "http://${host}:${service.port}"\naddresses = "public"`);
    const failure = await failureOf(ask(client, question('x')));
    expect(failure).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('not an address of the public internet'),
    });
    expect(service.connections).toBe(0);
  });

  it.each(['8.8.8.8', '1.1.1.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.9.9.9',
    '169.254.169.254',
    '172.31.0.1',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    'fec0::1',
    'ff02::1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    '2001::1',
    'localhost',
    '',
    '127.1',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

interface Proxy {
  readonly url: string;
  readonly tunnels: readonly string[];
  /** All bytes that went up. */
  seen(): string;
  close(): Promise<void>;
}

/** A proxy that makes tunnels, and nothing else. */
async function startProxy(): Promise<Proxy> {
  const tunnels: string[] = [];
  const pieces: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    tunnels.push(request.url ?? '');
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.on('data', (piece: Buffer) => pieces.push(piece));
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    for (const one of [socket, upstream]) {
      sockets.add(one);
      one.on('error', () => {});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return closeLater({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    seen: () => Buffer.concat(pieces).toString('latin1'),
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}
