import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { UnreachableError, UsageError } from '../../../src/errors.ts';
import { HttpClient } from '../../../src/source/http/client.ts';
import { goesThrough } from '../../../src/source/http/proxy.ts';

const closing: (() => void)[] = [];
after(() => { for (const close of closing) close(); });

/** A proxy that answers CONNECT so, and keeps what it was sent. */
async function startProxy(answer: string) {
  const seen: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (head) => {
      seen.push(head.toString('latin1'));
      socket.write(answer);
      socket.once('data', (hello) => { seen.push(hello.toString('latin1')); socket.destroy(); });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  closing.push(() => server.close());
  return { port: typeof address === 'object' && address !== null ? address.port : 0, seen };
}
const clientOf = (url: string, except: readonly string[] = []) => {
  const client = new HttpClient({ proxy: { url, except }, retry: { attempts: 1, firstDelayMs: 1 } });
  closing.push(() => client.close());
  return client;
};

test('https goes through the proxy, which resolves the name and sees nothing but the host', async () => {
  const { port, seen } = await startProxy('HTTP/1.1 200 Connection established\r\n\r\n');
  const client = clientOf(`http://user:secret@127.0.0.1:${port}`);
  await assert.rejects(client.send({ url: new URL('https://hub.invalid/x'), authorization: 'Bearer hf_t' }, async () => {}), UnreachableError);
  assert.match(seen[0] ?? '', /^CONNECT hub\.invalid:443 HTTP\/1\.1\r\n/);
  assert.match(seen[0] ?? '', new RegExp(`Proxy-Authorization: Basic ${Buffer.from('user:secret').toString('base64')}`, 'i'));
  assert.ok(!(seen[0] ?? '').includes('hf_t'));
  assert.equal((seen[1] ?? '').charCodeAt(0), 0x16, 'a TLS handshake follows');
  assert.ok((seen[1] ?? '').includes('hub.invalid'));
});

test('a proxy that refuses is named as what refuses', async () => {
  for (const [status, message] of [['407 Proxy Authentication Required', /proxy.*407/], ['403 Forbidden', /proxy.*403/]] as const) {
    const { port } = await startProxy(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
    await assert.rejects(clientOf(`127.0.0.1:${port}`).send({ url: new URL('https://hub.invalid/x') }, async () => {}), (error: unknown) => {
      assert.ok(error instanceof UnreachableError, String(error));
      assert.match(error.message, message);
      assert.match(error.hint, /HTTPS_PROXY/);
      return true;
    });
  }
});

test('a proxy that is no address is a usage error', async () => {
  await assert.rejects(clientOf('socks5://x').send({ url: new URL('https://hub.invalid/') }, async () => {}), UsageError);
});

test('hosts that go without the proxy', () => {
  const through = (url: string, ...except: string[]) => goesThrough({ url: 'http://p:1', except }, new URL(url));
  assert.equal(goesThrough(null, new URL('https://a.example/')), false);
  assert.equal(through('http://a.example/'), false);
  assert.equal(through('https://a.example/'), true);
  for (const except of ['a.example', 'A.EXAMPLE', '.example', '*.example', 'example', '*', 'a.example:443', ' a.example ']) assert.equal(through('https://a.example/', except), false, except);
  for (const except of ['', 'b.example', 'ample', 'a.example:8443', 'x.a.example']) assert.equal(through('https://a.example/', except), true, except);
  assert.equal(through('https://10.0.0.1/', '10.0.0.1'), false);
  assert.equal(through('https://[fd00::1]/', 'fd00::1'), false);
  assert.equal(through('https://[fd00::1]/', '[fd00::1]'), false);
});
