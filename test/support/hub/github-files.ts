import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerViolations, example, isRecord, matchOperation, requestViolations } from '../github/description.ts';
import { startServer } from '../server.ts';
import { readBody } from './answers.ts';

export interface GitHubFilesOptions {
  /** Tag → asset → content. The first is the latest. */
  readonly releases?: Readonly<Record<string, Readonly<Record<string, Buffer>>>>;
  readonly artifacts?: readonly { readonly name: string; readonly runId: number; readonly content: Buffer; readonly created: string; readonly expired?: boolean }[];
  /** Contents of the Git LFS store. */
  readonly objects?: readonly Buffer[];
  /** Files of the repository's one commit; a text that begins with `link:` is a symbolic link. */
  readonly tree?: Readonly<Record<string, Buffer>>;
  /** The token that may read the repository; without one, anyone may. */
  readonly token?: string;
  readonly pageSize?: number;
  /** Sees each request for the API first; returning true means that it has answered. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

const REPO = '/repos/{owner}/{repo}';

/**
 * The part of GitHub that holds files: releases, artifacts and Git LFS of `o/r`, with a second host that serves them by
 * signed address. `close()` throws if a request or an answer was not as GitHub's API describes it; Git LFS is no part of it.
 */
export async function startGitHubFiles(options: GitHubFilesOptions) {
  const store = new Map<string, Buffer>();
  const keep = (content: Buffer): string => {
    const key = sha256(content);
    store.set(key, content);
    return key;
  };
  const violations: string[] = [];
  const files = await startServer((request, response) => serveFile(store, request, response), 'localhost');
  const signed = (content: Buffer): string => `${files.url}/${keep(content)}?sig=1`;
  const api = await startServer((request, response) => {
    if (options.intercept?.(request, response) === true) return;
    const credentials = [`Bearer ${options.token}`, `Basic ${Buffer.from(`x-access-token:${options.token}`).toString('base64')}`];
    if (options.token !== undefined && !credentials.includes(request.headers.authorization ?? '')) return send(response, 404, { message: 'Not Found' });
    void answer(options, signed, request, validating(violations, request, response));
  });
  const close = async (): Promise<void> => {
    await api.close();
    await files.close();
    if (violations.length > 0) throw new Error(`GitHub's description does not allow:\n${violations.join('\n')}`);
  };
  return { apiUrl: api.url, serverUrl: api.url, api, files, close };
}

/** The response, which notes what GitHub's description does not allow in the request and in what is answered. */
function validating(violations: string[], request: IncomingMessage, response: ServerResponse): ServerResponse {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (!url.pathname.startsWith('/repos/')) return response;
  const note = (found: readonly string[]): void => { violations.push(...found.map((one) => `${request.method} ${url.pathname}: ${one}`)); };
  const match = matchOperation(request.method ?? 'GET', url.pathname);
  if (match === null) {
    note(['is no operation of GitHub']);
    return response;
  }
  note(requestViolations(match, url.searchParams, undefined));
  const end = response.end.bind(response);
  response.end = (body?: unknown) => {
    if (typeof body === 'string') note(answerViolations(match, response.statusCode, JSON.parse(body)));
    return end(body);
  };
  return response;
}

/** Like the blob store: ranges from a byte to a byte, no suffix ranges, no credential but the signature. */
function serveFile(store: ReadonlyMap<string, Buffer>, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const content = store.get(url.pathname.slice(1));
  if (request.headers.authorization !== undefined || url.searchParams.get('sig') !== '1') return send(response, 403, {});
  if (content === undefined) return send(response, 404, {});
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (range === null) {
    response.writeHead(200, { 'content-length': content.length }).end(content);
    return;
  }
  const [start, end] = [Number(range[1]), Math.min(content.length, Number(range[2]) + 1)];
  response.writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${content.length}`, 'content-length': end - start }).end(content.subarray(start, end));
}

async function answer(options: GitHubFilesOptions, signed: (content: Buffer) => string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const path = decodeURIComponent(url.pathname.replace('/repos/o/r/', '/'));
  const releases = Object.entries(options.releases ?? {}).map(([tag, assets], i) => ({ id: i + 1, tag_name: tag, assets: Object.entries(assets).map(([name, content], j) => ({ ...example(`get ${REPO}/releases/assets/{asset_id}`, '200'), id: (i + 1) * 1000 + j, name, content, size: content.length, digest: `sha256:${sha256(content)}` })) }));
  const artifacts = (options.artifacts ?? []).map((artifact, i) => ({
    ...example(`get ${REPO}/actions/artifacts/{artifact_id}`, '200'), id: i + 1, name: artifact.name, size_in_bytes: artifact.content.length, expired: artifact.expired ?? false, created_at: artifact.created, content: artifact.content,
    workflow_run: { id: artifact.runId, head_sha: String(artifact.runId).padStart(40, '0') },
  }));
  const page = <T>(items: readonly T[]): T[] => {
    const size = options.pageSize ?? 100;
    const start = (Number(url.searchParams.get('page') ?? 1) - 1) * size;
    if (start + size < items.length) {
      const next = new URL(url);
      next.searchParams.set('page', String(start / size + 2));
      response.setHeader('link', `<${next.href}>; rel="next", <${next.href}>; rel="last"`);
    }
    return items.slice(start, start + size);
  };
  const plain = <T extends { readonly content: Buffer }>({ content: _, ...rest }: T) => rest;
  const release = path === '/releases/latest' ? releases[0] : releases.find((one) => path === `/releases/tags/${one.tag_name}` || path === `/releases/${one.id}/assets`);
  const asset = releases.flatMap((one) => one.assets).find((one) => path === `/releases/assets/${one.id}`);
  const artifact = artifacts.find((one) => path === `/actions/artifacts/${one.id}/zip`);
  const run = /^\/actions\/(?:runs\/(\d+)\/)?artifacts$/.exec(path);
  if (path.startsWith('/commits/') || path.startsWith('/git/')) return gitObject(options.tree ?? {}, path, url, response);
  if (path === '/o/r.git/info/lfs/objects/batch') return send(response, 200, batch(options, signed, await readBody(request)));
  if (asset !== undefined) return redirect(response, signed(asset.content));
  if (artifact?.expired === true) return send(response, 410, { message: 'Artifact has expired' });
  if (artifact !== undefined) return redirect(response, signed(artifact.content));
  if (run !== null) {
    const found = artifacts.filter((one) => one.name === url.searchParams.get('name') && (run[1] === undefined || one.workflow_run.id === Number(run[1])));
    return send(response, 200, { total_count: found.length, artifacts: page(found).map(plain) });
  }
  if (release === undefined) return send(response, 404, { message: 'Not Found' });
  if (path.endsWith('/assets')) return send(response, 200, page(release.assets).map(plain));
  send(response, 200, { ...example(`get ${REPO}/releases/tags/{tag}`, '200'), id: release.id, tag_name: release.tag_name, assets: [] });
}

/** The commit `HEAD` or `main`, its trees and its blobs; ids are hashes of paths, which is all that a reader can tell. */
function gitObject(tree: Readonly<Record<string, Buffer>>, path: string, url: URL, response: ServerResponse): void {
  const id = (name: string): string => sha256(Buffer.from(name)).slice(0, 40);
  const folders = new Set(Object.keys(tree).flatMap((file) => file.split('/').slice(0, -1).map((_, i, parts) => parts.slice(0, i + 1).join('/'))));
  const [, kind, one] = /^\/(?:git\/)?(commits|trees|blobs)\/(.+)$/.exec(path) ?? [];
  if (kind === 'commits') return one === 'main' || one === 'HEAD' ? send(response, 200, commitAnswer(id('commit'), id(''))) : send(response, 422, { message: `No commit found for SHA: ${one}`, documentation_url: 'https://docs.github.com/rest' });
  if (kind === 'blobs') {
    const [, content] = Object.entries(tree).find(([name]) => id(name) === one) ?? [];
    if (content === undefined) return send(response, 404, { message: 'Not Found' });
    response.writeHead(200, { 'content-type': 'application/vnd.github.raw+json', 'content-length': content.length }).end(content);
    return;
  }
  const folder = ['', ...folders].find((name) => id(name) === one);
  if (folder === undefined) return send(response, 404, { message: 'Not Found' });
  const prefix = folder === '' ? '' : `${folder}/`;
  const isWanted = (name: string): boolean => name.startsWith(prefix) && (url.searchParams.has('recursive') || !name.slice(prefix.length).includes('/'));
  send(response, 200, { ...example(`get ${REPO}/git/trees/{tree_sha}`, '200'), sha: one, truncated: false, tree: [
    ...[...folders].filter((name) => name !== folder && isWanted(name)).map((name) => ({ path: name.slice(prefix.length), mode: '040000', type: 'tree', sha: id(name) })),
    ...Object.entries(tree).filter(([name]) => isWanted(name)).map(([name, content]) => ({ path: name.slice(prefix.length), mode: content.toString('latin1', 0, 5) === 'link:' ? '120000' : '100644', type: 'blob', sha: id(name), size: content.length })),
  ] });
}

function commitAnswer(sha: string, tree: string): unknown {
  const template = example(`get ${REPO}/commits/{ref}`, '200');
  const commit = isRecord(template['commit']) ? template['commit'] : {};
  return { ...template, sha, files: [], commit: { ...commit, tree: { ...(isRecord(commit['tree']) ? commit['tree'] : {}), sha: tree } } };
}

function batch(options: GitHubFilesOptions, signed: (content: Buffer) => string, body: string): unknown {
  const known = new Map((options.objects ?? []).map((content) => [sha256(content), content]));
  const asked: { objects: { oid: string; size: number }[] } = JSON.parse(body);
  return {
    transfer: 'basic',
    objects: asked.objects.map(({ oid, size }) => {
      const content = known.get(oid);
      return content === undefined ? { oid, size, error: { code: 404, message: 'Object does not exist' } } : { oid, size, actions: { download: { href: signed(content), expires_in: 900 } } };
    }),
  };
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, 'content-length': 0 }).end();
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
