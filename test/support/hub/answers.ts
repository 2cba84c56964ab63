import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { HubFile } from './repo.ts';

/** A refusal in the Hub's form. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string | null;

  constructor(status: number, code: string | null, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function sendJson(response: ServerResponse, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const body = JSON.stringify(value);
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body), ...headers }).end(body);
}

export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  const body = JSON.stringify({ error: refusal.message });
  response.writeHead(refusal.status, {
    'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body), 'x-error-message': refusal.message,
    ...(refusal.code === null ? {} : { 'x-error-code': refusal.code }),
    ...(refusal.status === 401 ? { 'www-authenticate': 'Bearer realm="Authentication required", charset="UTF-8"' } : {}),
  }).end(body);
}

/** Serves a file or a range of it, as a web server does: 200, 206 with `Content-Range`, or 416. */
export function sendFile(request: IncomingMessage, response: ServerResponse, file: HubFile, headers: Readonly<Record<string, string>>): void {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = range === null ? 0 : Number(range[1]);
  const end = range === null || range[2] === '' ? file.size : Math.min(file.size, Number(range[2]) + 1);
  if (range !== null && (start >= file.size || end <= start)) {
    response.writeHead(416, { 'content-range': `bytes */${file.size}`, 'content-length': 0 }).end();
    return;
  }
  response.writeHead(range === null ? 200 : 206, {
    'accept-ranges': 'bytes', 'content-length': end - start, ...headers,
    ...(range === null ? {} : { 'content-range': `bytes ${start}-${end - 1}/${file.size}` }),
  });
  if (request.method === 'HEAD') response.end();
  else pipeline(file.stream(start, end), response, () => {});
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
