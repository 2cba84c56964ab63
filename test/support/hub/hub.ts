import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody, Refusal, sendFile, sendJson, sendRefusal } from './answers.ts';
import { buildRepo, sha256, type Commit, type HubFile, type Repo, type RepoOptions } from './repo.ts';

export interface HubOptions {
  /** By id: `org/name`, or a legacy single name. */
  readonly repos: Readonly<Record<string, RepoOptions>>;
  /** Tokens that are valid; `readers` of repositories are so anyway. */
  readonly tokens?: readonly string[];
  /** Entries on a page of a listing. Default 1,000, as on the Hub. */
  readonly pageSize?: number;
  /** Small files are redirected to `/api/resolve-cache/` on the same host, as the Hub has done since 2025, instead of served directly. */
  readonly resolveCache?: boolean;
  /** Sees each request first. Returning true means that it has answered: that is how a test makes the Hub misbehave. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse, hub: Hub) => boolean;
  readonly port?: number;
}

/** One request that a server of the Hub saw. */
export interface SeenRequest {
  readonly server: 'hub' | 'files';
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly range: string | null;
  readonly authorization: string | null;
}

export interface Hub {
  readonly endpoint: string;
  /** The second host, which serves large files by signed address. */
  readonly filesEndpoint: string;
  readonly requests: SeenRequest[];
  /** The commit of a revision, by default of `main`. */
  commit(repo: string, revision?: string): string;
  close(): Promise<void>;
}

/**
 * A Hub on loopback. It answers as the real one does where a client that reads checkpoints can tell: revisions,
 * listings with pages, path queries, `resolve` with ranges, large files from a second host by a signed address, error
 * codes, private, gated, disabled and renamed repositories.
 */
export async function startHub(options: HubOptions): Promise<Hub> {
  const repos = new Map(Object.entries(options.repos).map(([id, repo]) => [id, buildRepo(id, repo)]));
  const requests: SeenRequest[] = [];
  const secret = randomBytes(16);
  const state: State = {
    options, repos, hub: {
      endpoint: '', filesEndpoint: '', requests,
      commit(repo, revision = 'main') {
        const commit = repos.get(repo)?.commits.get(revision);
        if (commit === undefined) throw new Error(`no ${repo}@${revision}`);
        return commit.sha;
      },
      close: async () => { await Promise.all([stop(main), stop(files)]); },
    },
    sign: (oid) => createHmac('sha256', secret).update(oid).digest('hex'),
  };
  const serve = (server: SeenRequest['server'], answer: Answer): Server => createServer((request, response) => {
    requests.push({ server, method: request.method ?? '', url: request.url ?? '', range: request.headers.range ?? null, authorization: request.headers.authorization ?? null });
    if (options.intercept?.(request, response, state.hub) === true) return;
    void answer(state, request, response).catch((error: unknown) => {
      if (error instanceof Refusal) sendRefusal(response, error);
      else response.writeHead(500).end(String(error));
    });
  });
  const main = serve('hub', answerHub);
  const files = serve('files', answerFiles);
  const endpoint = `http://127.0.0.1:${await listen(main, '127.0.0.1', options.port ?? 0)}`;
  const filesEndpoint = `http://localhost:${await listen(files, 'localhost', 0)}`;
  state.hub = { ...state.hub, endpoint, filesEndpoint };
  return state.hub;
}

interface State {
  readonly options: HubOptions;
  readonly repos: ReadonlyMap<string, Repo>;
  hub: Hub;
  /** Proof that an address was handed out by us. */
  readonly sign: (oid: string) => string;
}
type Answer = (state: State, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The host of large files: the signature in the address is all it knows. Like S3, it refuses a request that carries another credential. */
async function answerFiles(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', state.hub.filesEndpoint);
  const oid = url.pathname.slice(1);
  if (request.headers.authorization !== undefined) throw new Refusal(400, null, 'Only one auth mechanism allowed');
  if (url.searchParams.get('Signature') !== state.sign(oid)) throw new Refusal(403, null, 'MissingKey');
  const file = [...state.repos.values()].flatMap((repo) => [...repo.commits.values()].flatMap((commit) => [...commit.files.values()])).find((one) => one.lfs === oid);
  if (file === undefined) throw new Refusal(404, null, 'NoSuchKey');
  sendFile(request, response, file, { 'content-type': 'application/octet-stream', etag: `"${oid}"`, 'x-cache': 'Hit from cloudfront' });
}

async function answerHub(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', state.hub.endpoint);
  const segments = url.pathname.slice(1).split('/').map(decodeURIComponent);
  if (segments[0] === 'api' && segments[1] === 'models') return await answerApi(state, request, response, url, segments.slice(2));
  if (segments[0] === 'api' && segments[1] === 'resolve-cache') return await answerResolve(state, request, response, segments.slice(3), true);
  return await answerResolve(state, request, response, segments, false);
}

async function answerApi(state: State, request: IncomingMessage, response: ServerResponse, url: URL, segments: readonly string[]): Promise<void> {
  const { id, rest } = splitId(segments, ['revision', 'tree', 'paths-info']);
  const repo = findRepo(state, request, response, id);
  if (repo === null) return;
  const [page, revision = 'main', ...inner] = rest;
  const commit = findCommit(repo, revision);
  const entry = (file: HubFile) => ({
    type: 'file', oid: file.oid, size: file.size, path: file.path,
    ...(file.lfs === null ? {} : { lfs: { oid: file.lfs, size: file.size, pointerSize: 134 }, xetHash: sha256(file.lfs) }),
  });
  if (page === undefined || page === 'revision') {
    const { options } = repo;
    sendJson(response, { _id: commit.sha.slice(0, 24), id: repo.id, sha: commit.sha, private: options.private ?? false, gated: options.gated === true ? 'manual' : false, disabled: options.disabled ?? false,
      downloads: 0, likes: 0, lastModified: '2026-01-01T00:00:00.000Z', siblings: [...commit.files.keys()].map((rfilename) => ({ rfilename })) });
  } else if (page === 'tree') {
    sendTree(state, response, url, commit, inner.join('/'), entry);
  } else {
    const body: unknown = JSON.parse(await readBody(request));
    const paths = typeof body === 'object' && body !== null && 'paths' in body && Array.isArray(body.paths) ? body.paths.map(String) : [];
    sendJson(response, paths.flatMap((path) => {
      const file = commit.files.get(path);
      if (file !== undefined) return [entry(file)];
      return hasFolder(commit, path) ? [{ type: 'directory', oid: sha256(path).slice(0, 40), size: 0, path }] : [];
    }));
  }
}

function sendTree(state: State, response: ServerResponse, url: URL, commit: Commit, folder: string, entry: (file: HubFile) => object): void {
  if (folder !== '' && !hasFolder(commit, folder)) throw new Refusal(404, 'EntryNotFound', `${folder} does not exist on "main"`);
  const isRecursive = ['true', '1'].includes(url.searchParams.get('recursive') ?? '');
  const prefix = folder === '' ? '' : `${folder}/`;
  const below = [...commit.files.values()].filter((file) => file.path.startsWith(prefix));
  const folders = new Set(below.flatMap((file) => {
    const parts = file.path.slice(prefix.length).split('/');
    return parts.slice(0, -1).map((_, i) => prefix + parts.slice(0, i + 1).join('/')).slice(0, isRecursive ? undefined : 1);
  }));
  const entries = [
    ...[...folders].map((path) => ({ type: 'directory', oid: sha256(path).slice(0, 40), size: 0, path })),
    ...below.filter((file) => isRecursive || !file.path.slice(prefix.length).includes('/')).map(entry),
  ];
  const size = state.options.pageSize ?? 1000;
  const start = Number(url.searchParams.get('cursor') ?? 0);
  const next = new URL(url);
  next.searchParams.set('cursor', String(start + size));
  sendJson(response, entries.slice(start, start + size), start + size < entries.length ? { link: `<${next.href}>; rel="next"` } : {});
}

async function answerResolve(state: State, request: IncomingMessage, response: ServerResponse, segments: readonly string[], isCached: boolean): Promise<void> {
  const { id, rest } = isCached ? { id: segments.slice(0, 2).join('/'), rest: ['resolve', ...segments.slice(2)] } : splitId(segments, ['resolve', 'raw']);
  const repo = findRepo(state, request, response, id);
  if (repo === null) return;
  const [, revision = 'main', ...inner] = rest;
  const commit = findCommit(repo, revision);
  const { gated, readers } = repo.options;
  if (gated === true && !isReader(readers, request)) {
    throw new Refusal(tokenOf(request) === null ? 401 : 403, 'GatedRepo', `Access to model ${repo.id} is restricted. You must have access to it and be authenticated to access it.`);
  }
  const file = commit.files.get(inner.join('/'));
  if (file === undefined) throw new Refusal(404, 'EntryNotFound', 'Entry not found');
  const common = { 'x-repo-commit': commit.sha, vary: 'Origin' };
  if (file.lfs !== null) {
    const location = `${state.hub.filesEndpoint}/${file.lfs}?Signature=${state.sign(file.lfs)}`;
    response.writeHead(302, { ...common, location, 'x-linked-size': file.size, 'x-linked-etag': `"${file.lfs}"`, 'x-xet-hash': sha256(file.lfs), 'content-length': 0 }).end();
  } else if (state.options.resolveCache === true && !isCached) {
    const location = `/api/resolve-cache/models/${repo.id}/${commit.sha}/${inner.map(encodeURIComponent).join('/')}`;
    response.writeHead(307, { ...common, location, 'x-linked-size': file.size, 'x-linked-etag': `"${file.oid}"`, 'content-length': 0 }).end();
  } else {
    sendFile(request, response, file, { ...common, 'content-type': file.path.endsWith('.json') ? 'application/json' : 'text/plain; charset=utf-8', etag: `"${file.oid}"` });
  }
}

/** The repository's id is one or two segments; what follows begins with one of `pages`. */
function splitId(segments: readonly string[], pages: readonly string[]): { id: string; rest: readonly string[] } {
  const isLegacy = segments.length === 1 || pages.includes(segments[1] ?? '');
  return { id: segments.slice(0, isLegacy ? 1 : 2).join('/'), rest: segments.slice(isLegacy ? 1 : 2) };
}

/** @returns null where the answer was a redirect to the repository's new name */
function findRepo(state: State, request: IncomingMessage, response: ServerResponse, id: string): Repo | null {
  const repo = state.repos.get(id);
  const token = tokenOf(request);
  const known = new Set([...(state.options.tokens ?? []), ...[...state.repos.values()].flatMap((one) => one.options.readers ?? [])]);
  if (token !== null && !known.has(token)) throw new Refusal(401, null, 'Invalid credentials in Authorization header');
  // To those who may not see it, a private repository is one that does not exist.
  if (repo === undefined || (repo.options.private === true && !isReader(repo.options.readers, request))) {
    throw token === null ? new Refusal(401, 'RepoNotFound', 'Invalid username or password.') : new Refusal(404, 'RepoNotFound', 'Repository not found');
  }
  if (repo.options.disabled === true) throw new Refusal(403, 'DisabledRepo', 'Access to this resource is disabled.');
  if (repo.options.movedTo === undefined) return repo;
  const location = (request.url ?? '').replace(`/${id}`, `/${repo.options.movedTo}`);
  response.writeHead(307, { location, 'content-length': 0 }).end();
  return null;
}

function findCommit(repo: Repo, revision: string): Commit {
  const commit = repo.commits.get(revision);
  if (commit === undefined) throw new Refusal(404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
  return commit;
}

function hasFolder(commit: Commit, folder: string): boolean {
  return [...commit.files.keys()].some((path) => path.startsWith(`${folder}/`));
}

function tokenOf(request: IncomingMessage): string | null {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

function isReader(readers: readonly string[] | undefined, request: IncomingMessage): boolean {
  return (readers ?? []).includes(tokenOf(request) ?? '');
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
