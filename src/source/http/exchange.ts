import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { UnreachableError } from '../../errors.ts';
import { TransientError } from './retry.ts';

/** The body of an answer that nobody reads is drained up to this size, to keep its connection; a longer one is cut. */
const DRAINED_BYTES = 65_536;

/** A kept connection turned out to be closed just as it was used again: nothing is wrong with the server or with us. */
export class StaleConnection extends Error {}

/**
 * One request and the beginning of its answer.
 * @throws StaleConnection, TransientError, or the error of the connection
 */
export async function exchange(url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest(url, options, resolve) : httpRequest(url, options, resolve);
    request.on('timeout', () => request.destroy(new TransientError(`nothing arrived for ${(options.timeout ?? 0) / 1000} seconds`, null)));
    // The agent would hand a proxy's refusal over as if the server had said it: an answer of a proxy is never the server's.
    request.on('proxyConnect', (connect: unknown) => {
      const status = statusOf(connect);
      if (status !== 200) request.destroy(proxyRefusal(url, status));
    });
    request.on('error', (error) => reject(request.reusedSocket && codeOf(error) === 'ECONNRESET' ? new StaleConnection('', { cause: error }) : error));
    request.end(body);
  });
}

function statusOf(connect: unknown): number | null {
  return typeof connect === 'object' && connect !== null && 'statusCode' in connect && typeof connect.statusCode === 'number' ? connect.statusCode : null;
}

function proxyRefusal(url: URL, status: number | null): UnreachableError {
  const hint = status === 407 ? 'Give the proxy\'s user and password in HTTPS_PROXY: http://user:password@host:port.' : `Allow ${url.host} at the proxy, or name it in NO_PROXY; the proxy is the one of HTTPS_PROXY.`;
  return new UnreachableError(`The proxy did not connect us to ${url.host}: it answered ${status ?? 'nothing that makes sense'}.`, hint);
}

/**
 * Ends an answer that nobody reads further: a short rest is drained so that the connection can be used again, a longer
 * one is cut.
 * @returns when the connection is free, or closed
 */
export async function release(message: IncomingMessage): Promise<void> {
  if (message.readableEnded || message.destroyed) return;
  let rest = Number(headerOf(message, 'content-length') ?? 0) > DRAINED_BYTES ? 0 : DRAINED_BYTES;
  await new Promise<void>((resolve) => {
    message.on('error', () => {}).on('close', resolve).on('data', (chunk: Uint8Array) => {
      rest -= chunk.length;
      if (rest < 0) message.destroy();
    });
    if (rest === 0) message.destroy();
  });
}

/** A header of an answer by its lower-case name; null where absent. */
export function headerOf(message: IncomingMessage, name: string): string | null {
  const value = message.headers[name];
  return Array.isArray(value) ? value.join(', ') : value ?? null;
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Errors of sockets, names and TLS carry a code; so do aborts and HTTP parser errors. Mistakes of ours do not. */
export function isNetworkError(error: unknown): boolean {
  const code = codeOf(error);
  return (error instanceof Error && error.name === 'AbortError') || (code !== null && !code.startsWith('ERR_INVALID_ARG'));
}

/**
 * The error for a failure of the connection that will not pass by itself: a name that does not exist, a certificate
 * that is not trusted. Null for all others.
 */
export function permanentFailure(url: URL, error: unknown): UnreachableError | null {
  const code = codeOf(error) ?? '';
  if (code === 'ENOTFOUND') return new UnreachableError(`There is no host ${url.host}.`, 'Check the address (HF_ENDPOINT for the Hub) and the network.', { cause: error });
  if (!/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) return null;
  return new UnreachableError(`The certificate of ${url.host} is not trusted here (${code}).`, 'If a proxy of your own signs it, name its root certificate in NODE_EXTRA_CA_CERTS; else do not go on.', { cause: error });
}

/** What a failed connection means, in words that complete "it could not be reached: …". */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const named: Readonly<Record<string, string>> = {
    ECONNRESET: 'the connection was dropped', ECONNREFUSED: 'the connection was refused', EAI_AGAIN: 'its name could not be looked up',
    ETIMEDOUT: 'it did not answer in time', ABORT_ERR: 'it took too long', ERR_STREAM_PREMATURE_CLOSE: 'the connection was dropped',
  };
  return named[code ?? ''] ?? (error instanceof Error ? error.message : String(error));
}
