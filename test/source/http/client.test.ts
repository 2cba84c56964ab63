import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, test } from 'node:test';
import { UnreachableError } from '../../../src/errors.ts';
import { readJson } from '../../../src/source/http/body.ts';
import { HttpClient, type HttpAnswer } from '../../../src/source/http/client.ts';
import { permanentFailure } from '../../../src/source/http/exchange.ts';
import { rangeReader } from '../../../src/source/http/range-reader.ts';
import { startServer } from '../../support/server.ts';

const closing: (() => Promise<void> | void)[] = [];
after(async () => { for (const close of closing.reverse()) await close(); });

const data = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));
type Serve = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A server that answers so, and a client with quick retries. */
async function given(answer: Serve, host?: string) {
  const server = await startServer(answer, host);
  const waits: [number, string][] = [];
  const client = new HttpClient({ proxy: null, retry: { attempts: 3, firstDelayMs: 1 }, onWait: (_host, seconds, reason) => waits.push([seconds, reason]) });
  closing.push(async () => await server.close(), () => client.close());
  const get = async (path = '/', authorization: string | null = null) => await client.send({ url: new URL(path, server.url), authorization }, status);
  const reader = rangeReader({ client, size: data.length, what: 'm.safetensors', request: async () => ({ url: new URL('/m', server.url) }), refusal: async (one) => new UnreachableError(`refused ${one.status}`, 'x') });
  return { server, client, waits, get, reader };
}
const status = async (answer: HttpAnswer) => answer.status;
const unreachable = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UnreachableError, String(error));
  assert.match(error.message, message);
  return true;
};
const range = (request: IncomingMessage): [number, number] => {
  const [, first, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
  return [Number(first), Number(last) + 1];
};
const partial = (request: IncomingMessage, response: ServerResponse, contentRange?: string, body?: Buffer) => {
  const [start, end] = range(request);
  response.writeHead(206, { 'content-range': contentRange ?? `bytes ${start}-${end - 1}/${data.length}` }).end(body ?? data.subarray(start, end));
};

test('connections are kept and used again', async () => {
  const ports = new Set<number | undefined>();
  const { server, client } = await given((request, response) => {
    ports.add(request.socket.remotePort);
    if (request.url === '/') response.writeHead(302, { location: '/next' }).end('moved');
    else response.end('{}');
  });
  for (let i = 0; i < 4; i++) await client.send({ url: new URL(server.url) }, readJson);
  assert.equal(ports.size, 1);
});

test('a dropped connection, a busy server and a rate limit are tried again', async () => {
  const { reader, server } = await given((request, response, count) => {
    if (count > 1) return partial(request, response);
    const [start, end] = range(request);
    response.writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${data.length}`, 'content-length': end - start });
    response.write(data.subarray(start, start + 10), () => setTimeout(() => response.destroy(), 10));
  });
  assert.deepEqual(Buffer.from(await reader.read(0, 100)), data.subarray(0, 100));
  assert.equal(server.seen.length, 2);
  const limited = await given((_request, response, count) => {
    if (count === 1) response.writeHead(429, { ratelimit: '"resolvers";r=0;t=0', 'ratelimit-policy': '"fixed window";"resolvers";q=3000;w=300' }).end();
    else response.writeHead(count === 2 ? 503 : 200).end();
  });
  assert.equal(await limited.get(), 200);
  assert.deepEqual(limited.waits, [[0, 'it answered 429'], [0, 'it answered 503']]);
});

test('a wait that the server asks for is kept; one beyond any window is not waited for', async () => {
  const { get, waits } = await given((_request, response, count) => { response.writeHead(count === 1 ? 429 : 200, { 'retry-after': '1' }).end(); });
  const started = performance.now();
  assert.equal(await get(), 200);
  assert.ok(performance.now() - started >= 990);
  assert.deepEqual(waits, [[1, 'it answered 429']]);
  const long = await given((_request, response) => { response.writeHead(429, { 'retry-after': '86400' }).end(); });
  await assert.rejects(long.get(), (error: unknown) => unreachable(/86400 seconds/)(error) && error instanceof UnreachableError && /HF_TOKEN/.test(error.hint));
  assert.equal(long.server.seen.length, 1);
});

test('what stays broken ends with the reason and the number of tries', async () => {
  const { get, server } = await given((_request, response) => { response.destroy(); });
  await assert.rejects(get(), unreachable(/dropped \(tried 3 times\)/));
  assert.ok(server.seen.length >= 3);
  await server.close();
  await assert.rejects(get(), unreachable(/refused/));
});

test('a host that does not exist is not tried again', async () => {
  const client = new HttpClient({ proxy: null, retry: { attempts: 3, firstDelayMs: 1 } });
  await assert.rejects(client.send({ url: new URL('http://no-such-host.invalid/') }, status), unreachable(/no host no-such-host\.invalid|name could not be looked up/));
});

test('a certificate that is not trusted is named, and not tried again', async () => {
  const failure = permanentFailure(new URL('https://hub.example'), Object.assign(new Error('x'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }));
  assert.match(failure?.message ?? '', /certificate of hub\.example/);
  assert.match(failure?.hint ?? '', /NODE_EXTRA_CA_CERTS/);
  assert.equal(permanentFailure(new URL('https://hub.example'), Object.assign(new Error('x'), { code: 'ECONNRESET' })), null);
});

test('a refusal is not tried again', async () => {
  const { reader, server } = await given((_request, response) => { response.writeHead(404).end(); });
  await assert.rejects(reader.read(0, 10), unreachable(/refused 404/));
  assert.equal(server.seen.length, 1);
});

test('a server that does not answer ranges is read as far as needed', async () => {
  const { reader } = await given((_request, response) => { response.writeHead(200, { 'content-length': data.length }).end(data); });
  assert.deepEqual(Buffer.from(await reader.read(500, 520)), data.subarray(500, 520));
  assert.deepEqual(Buffer.from(await reader.read(0, 1000)), data);
});

test('a whole file that never ends is left once there is enough', async () => {
  let closed = false;
  const { client, server } = await given((_request, response) => {
    response.on('close', () => { closed = true; });
    response.writeHead(200);
    response.write(Buffer.alloc(200_000));
  });
  const reader = rangeReader({ client, size: 10_000_000_000, what: 'm', request: async () => ({ url: new URL(server.url) }), refusal: async () => new Error() });
  assert.equal((await reader.read(0, 8)).length, 8);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(closed);
  await assert.rejects(reader.read(9_000_000_000, 9_000_000_001), unreachable(/does not answer ranges/));
});

test('a lie about the range, the size, the encoding or the length is an error', async () => {
  const lies: readonly (readonly [Serve, RegExp])[] = [
    [(request, response) => partial(request, response, 'bytes 5-14/1000'), /was asked for bytes 100-109.*sent 5-14/],
    [(request, response) => partial(request, response, 'bytes 100-109/999'), /not what was listed/],
    [(request, response) => partial(request, response, 'bytes 100-108/1000'), /sent 100-108/],
    [(request, response) => partial(request, response, ''), /without saying which/],
    [(request, response) => partial(request, response, 'bytes 100-109/1000', data.subarray(0, 11)), /more of m\.safetensors/],
    [(_request, response) => { response.writeHead(206, { 'content-range': 'bytes 100-109/1000', 'content-encoding': 'gzip' }).end('x'); }, /encoding "gzip"/],
    [(_request, response) => { response.writeHead(200, { 'content-length': 3 }).end('abc'); }, /1000 bytes were listed, 3 are sent/],
    [(_request, response) => { response.writeHead(416).end(); }, /shorter now/],
    [(request, response) => partial(request, response, undefined, data.subarray(0, 4)), /ended after 4 of 10 bytes/],
  ];
  for (const [answer, message] of lies) {
    const { reader } = await given(answer);
    await assert.rejects(reader.read(100, 110), unreachable(message));
  }
});

test('redirects: hosts lose the token for good, and only http and https are followed, up to a cap', async () => {
  const other = await given((request, response) => {
    if (request.url === '/back') response.writeHead(302, { location: `${first.server.url}/end` }).end();
    else response.end('x');
  }, 'localhost');
  const first = await given((request, response) => {
    const targets: Readonly<Record<string, string>> = {
      '/relative': '/end', '/away': `${other.server.url}/end`, '/back': `${other.server.url}/back`, '/loop': '/loop', '/file': 'file:///etc/passwd', '/data': 'data:,x',
      '/password': 'http://u:p@localhost/', '/broken': 'http://[', '/metadata': 'http://169.254.169.254/latest/meta-data/', '/any': 'http://0.0.0.0:1/',
    };
    const location = targets[request.url ?? ''];
    if (location === undefined) response.end('x');
    else response.writeHead(302, { location }).end();
  });
  const tokens = (server: typeof first.server) => server.seen.map((request) => request.headers.authorization ?? null);
  assert.equal(await first.get('/relative', 'Bearer t'), 200);
  assert.deepEqual(tokens(first.server), ['Bearer t', 'Bearer t']);
  assert.equal(await first.get('/away', 'Bearer t'), 200);
  assert.equal(await first.get('/back', 'Bearer t'), 200);
  assert.deepEqual(tokens(other.server), [null, null]);
  assert.deepEqual(tokens(first.server), ['Bearer t', 'Bearer t', 'Bearer t', 'Bearer t', null]);
  await assert.rejects(first.get('/loop'), unreachable(/more than 5 times/));
  await assert.rejects(first.get('/file'), unreachable(/file: address/));
  await assert.rejects(first.get('/data'), unreachable(/data: address/));
  await assert.rejects(first.get('/password'), unreachable(/password/));
  await assert.rejects(first.get('/broken'), unreachable(/no address/));
  await assert.rejects(first.get('/metadata'), unreachable(/forbidden address/));
  await assert.rejects(first.get('/any'), unreachable(/forbidden address/));
});

test('a caller that gives up is not kept waiting', async () => {
  const server = await startServer(() => {});
  const controller = new AbortController();
  const client = new HttpClient({ proxy: null, signal: controller.signal, retry: { attempts: 5, firstDelayMs: 1000 } });
  closing.push(async () => await server.close(), () => client.close());
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(client.send({ url: new URL(server.url) }, status), { name: 'AbortError' });
});
