import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answerViolations, isRecord, matchOperation, requestViolations } from './description.ts';
import { gitRoutes } from './git.ts';
import { answerGraphql } from './graphql.ts';
import { issueRoutes } from './issues.ts';
import { pullRoutes } from './pulls.ts';
import { repositoryRoutes } from './repository.ts';
import { failure, notFound, type Answer } from './route.ts';
import { newState, type Actor, type State } from './state.ts';

const routes = { ...issueRoutes, ...pullRoutes, ...gitRoutes, ...repositoryRoutes };

export interface Seen { readonly method: string; readonly path: string; readonly authorization: string | null; readonly body: unknown; readonly status: number }

/** What the next matching request gets instead of an answer. */
export interface Fault { readonly method: string; readonly path: RegExp; readonly answer: Answer; times: number; /** The request takes effect all the same, as when only the answer is lost. */ readonly applied?: boolean }

/**
 * A stateful GitHub on loopback: one repository, its pull requests, comments, reviews, releases and runs; tokens with
 * scopes; pages; a second host for blobs. Whatever the description of GitHub's API does not allow, in a request or in
 * an answer, is collected in `violations`, and `close()` throws if there was any.
 */
export class FakeGitHub {
  readonly state: State;
  readonly requests: Seen[] = [];
  readonly blobRequests: { readonly path: string; readonly authorization: string | null; readonly range: string | null }[] = [];
  readonly violations: string[] = [];
  readonly faults: Fault[] = [];
  /** Runs before each request is answered: a test's way to let two runs race. */
  before: (method: string, path: string, headers: IncomingMessage['headers']) => Promise<void> | void = () => undefined;
  /** What becomes of an answer after it was found right: a test's way to let a server lie. */
  rewrite: (path: string, body: unknown) => unknown = (_path, body) => body;
  api = '';
  blobs = '';
  #servers: Server[] = [];

  private constructor(state: State) {
    this.state = state;
  }

  static async start(repository = 'octo-org/octo-model'): Promise<FakeGitHub> {
    const [owner = '', name = ''] = repository.split('/');
    const fake = new FakeGitHub(newState(owner, name));
    fake.api = await fake.#listen((request, response) => fake.#answer(request, response));
    fake.blobs = await fake.#listen((request, response) => { fake.#answerBlob(request, response); });
    return fake;
  }

  /** A token and what it may do; `read-only` is what a fork's pull request gets. */
  token(value: string, login: string, scopes: readonly string[]): string {
    const all = new Set([...scopes, ...scopes.map((scope) => scope.replace(/:write$/, ':read')), 'metadata:read']);
    this.state.tokens.set(value, { login, type: login.endsWith('[bot]') ? 'Bot' : 'User', scopes: all });
    return value;
  }

  writes(): readonly Seen[] {
    return this.requests.filter(({ method, path }) => method !== 'GET' && path !== '/graphql');
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
    if (this.violations.length > 0) throw new Error(`GitHub's description does not allow:\n${this.violations.join('\n')}`);
  }

  async #listen(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void): Promise<string> {
    const server = createServer((request, response) => {
      Promise.resolve(handle(request, response)).catch((error: unknown) => {
        this.violations.push(`the fake itself failed: ${String(error)}`);
        response.writeHead(500).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#servers.push(server);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.api);
    const method = request.method ?? 'GET';
    const raw = await readBody(request);
    const body: unknown = raw === '' ? undefined : JSON.parse(raw);
    await this.before(method, url.pathname, request.headers);
    const answer = await this.#faulty(method, url, () => this.#route(method, url, body, request));
    this.requests.push({ method, path: url.pathname, authorization: request.headers.authorization ?? null, body, status: answer.status });
    send(response, answer.raw === undefined && answer.body !== undefined ? { ...answer, body: this.rewrite(url.pathname, answer.body) } : answer);
  }

  async #faulty(method: string, url: URL, route: () => Promise<Answer>): Promise<Answer> {
    const fault = this.faults.find((one) => one.times > 0 && one.method === method && one.path.test(url.pathname));
    if (!fault) return await route();
    fault.times -= 1;
    if (fault.applied) await route();
    return fault.answer;
  }

  async #route(method: string, url: URL, body: unknown, request: IncomingMessage): Promise<Answer> {
    const token = /^(?:token|bearer) (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const actor = token === undefined ? anonymous : this.state.tokens.get(token);
    if (!actor) return failure(401, 'Bad credentials');
    if (url.pathname === '/graphql') return { status: 200, body: await answerGraphql(this.state, actor, body) };
    const match = matchOperation(method, url.pathname);
    const route = match ? routes[match.name] : undefined;
    if (!match || !route) {
      this.violations.push(`${method} ${url.pathname} is no operation of GitHub that the fake knows`);
      return notFound();
    }
    const note = (found: readonly string[]): void => { this.violations.push(...found.map((one) => `${method} ${url.pathname}: ${one}`)); };
    note(requestViolations(match, url.searchParams, body));
    const answer = this.#allowed(method, match.params, route.scopes, actor)
      ?? route.handle({ state: this.state, params: match.params, query: url.searchParams, body: isRecord(body) ? body : {}, accept: request.headers.accept ?? '', actor, api: this.api, blobs: this.blobs });
    if (answer.raw === undefined) note(answerViolations(match, answer.status, answer.body));
    return answer;
  }

  #allowed(method: string, params: Readonly<Record<string, string>>, scopes: readonly string[], actor: Actor): Answer | null {
    if (params['owner'] !== this.state.owner || params['repo'] !== this.state.name) return notFound();
    if (scopes.some((scope) => actor.scopes.has(scope))) return null;
    if (method === 'GET' && !this.state.private) return null;
    if (actor === anonymous) return method === 'GET' ? notFound() : failure(401, 'Requires authentication');
    return failure(403, 'Resource not accessible by integration');
  }

  /** Blobs live on another host, which gets a signed link and must never see a token. It answers `bytes=a-b`, no suffix ranges. */
  #answerBlob(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '/';
    const [, kind, id] = /^\/(artifact|asset)\/(\d+)\?sig=/.exec(path) ?? [];
    const authorization = request.headers.authorization ?? null;
    this.blobRequests.push({ path, authorization, range: request.headers.range ?? null });
    if (authorization !== null) this.violations.push(`the blob host was sent a token: ${path}`);
    const all = kind === 'artifact' ? [...this.state.runs.values()].flatMap((run) => run.artifacts) : this.state.releases.flatMap((release) => release.assets);
    const content = all.find((one) => one.id === Number(id))?.content;
    if (!content) return send(response, { status: 404 });
    const range = /^bytes=(\d+)-(\d+)?$/.exec(request.headers.range ?? '');
    if (!range) return send(response, { status: 200, raw: content });
    const [start, end] = [Number(range[1]), Math.min(range[2] === undefined ? Infinity : Number(range[2]) + 1, content.byteLength)];
    if (start >= content.byteLength) return send(response, { status: 416 });
    send(response, { status: 206, raw: content.subarray(start, end), headers: { 'content-range': `bytes ${start}-${end - 1}/${content.byteLength}` } });
  }
}

const anonymous: Actor = { login: '', type: 'User', scopes: new Set() };

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, answer: Answer): void {
  const json = answer.raw === undefined && answer.body !== undefined;
  response.writeHead(answer.status, { ...(json ? { 'content-type': 'application/json; charset=utf-8' } : {}), ...answer.headers });
  response.end(answer.raw ?? (json ? JSON.stringify(answer.body) : undefined));
}
