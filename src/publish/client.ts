import type Bottleneck from 'bottleneck';
import type { Octokit } from '@octokit/rest';
import { AccessError, HeadcheckError, NotFoundError, UnreachableError, UsageError } from '../errors.ts';
import type { GitHubAccess } from '../source/context.ts';
import { goesThrough, proxyAddress } from '../source/http/proxy.ts';

/** One repository on one GitHub, reached with one token. */
export interface GitHub {
  readonly rest: Octokit['rest'];
  readonly paginate: Octokit['paginate'];
  readonly graphql: Octokit['graphql'];
  readonly owner: string;
  readonly repo: string;
  readonly serverUrl: string;
}

type Toolkit = Pick<typeof import('@actions/github/lib/utils'), 'GitHub' | 'getOctokitOptions'>;

export interface ConnectOptions {
  /** The proxy for https requests, and the hosts that go without it; null for none. */
  readonly proxy: { readonly url: string; readonly except: readonly string[] } | null;
  /** Told in words when GitHub asks us to wait or fails for a while. */
  readonly onWait?: (message: string) => void;
  /** Actions' own Octokit, where this runs as a step of a workflow; the plain one by default. Loaded by whom it concerns, so that no other bundle holds it. */
  readonly toolkit?: () => Promise<Toolkit>;
  /** Scales all waits: 1 is what GitHub asks for (a second between writes, and what `Retry-After` says). Tests use 0. */
  readonly patience?: number;
}

/** Waits asked for by GitHub beyond this are not worth a runner's minutes: the call fails with what to do instead. */
const LONGEST_WAIT_SECONDS = 120;
/** How often a refused or failed request is tried again. */
const MOST_RETRIES = 3;

/**
 * Opens a connection. Octokit is loaded here and not before: a check that posts nothing does not pay for it.
 * @throws UsageError without a token or with a repository that is none
 */
export async function connect(access: GitHubAccess, options: ConnectOptions): Promise<GitHub> {
  const [owner, repo, ...rest] = (access.repository ?? '').split('/');
  if (!owner || !repo || rest.length > 0) {
    throw new UsageError(`${access.repository ? `"${access.repository}" is no repository.` : 'No repository was named.'}`, 'Name it as owner/name.');
  }
  if (access.token === null) throw new UsageError('Posting to GitHub needs a token.', 'Give one that may write pull requests: github-token in the action, --token or GITHUB_TOKEN elsewhere.');
  const { patience = 1, onWait = () => undefined } = options;
  const unit = 1000 * patience;
  const wait = (what: string) => (seconds: number, _request: unknown, _client: unknown, retries: number): boolean => {
    const again = retries < MOST_RETRIES && seconds <= LONGEST_WAIT_SECONDS;
    onWait(`GitHub ${what}${again ? `; waiting ${seconds} s` : `; giving up, as it asks for ${seconds} s`}.`);
    return again;
  };
  const client = await clientOf(access.token, options.toolkit ?? null, {
    baseUrl: access.apiUrl.replace(/\/+$/, ''),
    userAgent: 'headcheck',
    log: { debug: () => undefined, info: () => undefined, warn: onWait, error: () => undefined },
    request: await transport(access.apiUrl, options.proxy),
    retry: { retries: MOST_RETRIES, retryAfterBaseValue: unit },
    throttle: {
      // Each connection has its own queue: limits are a token's, and one process may serve several.
      id: `${access.apiUrl} ${access.repository} ${Math.random()}`,
      retryAfterBaseValue: unit,
      onRateLimit: wait('has no requests left for this token'),
      onSecondaryRateLimit: wait('asks us to slow down'),
      ...(patience === 0 ? { enabled: false } : await pace()),
    },
  });
  return { rest: client.rest, paginate: client.paginate, graphql: client.graphql, owner, repo, serverUrl: access.serverUrl };
}

/**
 * Octokit with its plugins: inside of a workflow that of Actions' toolkit, which marks requests with the job that makes
 * them; anywhere else the plain one. Both have the same methods.
 */
async function clientOf(token: string, toolkit: (() => Promise<Toolkit>) | null, options: NonNullable<ConstructorParameters<typeof Octokit>[0]>): Promise<Pick<Octokit, 'rest' | 'paginate' | 'graphql'>> {
  const [{ retry }, { throttling }] = await Promise.all([import('@octokit/plugin-retry'), import('@octokit/plugin-throttling')]);
  if (toolkit !== null) {
    const { GitHub: OfActions, getOctokitOptions } = await toolkit();
    return new (OfActions.plugin(retry, throttling))(getOctokitOptions(token, options));
  }
  const { Octokit: Plain } = await import('@octokit/rest');
  return new (Plain.plugin(retry, throttling))({ auth: token, ...options });
}

/** GitHub asks for a second between writes. The plugin waits three after a comment, which a run of two posts can do without. */
async function pace(): Promise<{ write: Bottleneck.Group; notifications: Bottleneck.Group }> {
  const { default: Limiter } = await import('bottleneck/light.js');
  const group = (): Bottleneck.Group => new Limiter.Group({ maxConcurrent: 1, minTime: 1000 });
  return { write: group(), notifications: group() };
}

/**
 * How requests leave: through Node's own fetch, or, where there is a proxy, through undici's, because Node 20's does
 * not know any. Loaded only then.
 */
async function transport(apiUrl: string, proxy: ConnectOptions['proxy']): Promise<{ fetch?: (url: string, init?: object) => Promise<unknown> }> {
  // A server without TLS, as behind some companies' walls, goes by the same proxy and the same exceptions.
  if (!goesThrough(proxy, new URL(apiUrl.replace(/^http:/i, 'https:')))) return {};
  const uri = proxyAddress(proxy);
  const { fetch, ProxyAgent } = await import('undici');
  const agent = new ProxyAgent({ uri });
  return { fetch: (url, init) => fetch(url, { ...init, dispatcher: agent }) };
}

/** The HTTP status that an error of Octokit carries; null for any other error. */
export function statusOf(error: unknown): number | null {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null;
}

/** Whether GitHub said that this token may not do that, as for the read-only token of a fork's pull request. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /resource not accessible by|must have (?:admin|write|push)/i.test(error.message) || (statusOf(error) === 403 && !/rate limit/i.test(error.message));
}

const WRITING = '`pull-requests: write` for comments and reviews, `checks: write` for check runs, `actions: read` for artifacts';

/**
 * An error of Octokit as one of ours, which says what can be done. One that is ours already stays
 * as it is.
 * @param doing completes "GitHub refused to …"
 * @param needs the permissions that it takes
 */
export function explained(error: unknown, doing: string, needs = WRITING): HeadcheckError {
  if (error instanceof HeadcheckError) return error;
  const status = statusOf(error);
  const said = error instanceof Error ? error.message.split('\n')[0] : String(error);
  const cause = { cause: error };
  if (status === 401) return new AccessError(`GitHub does not accept the token to ${doing}: ${said}`, 'Give a token that is valid and has not expired.', cause);
  if (isRefusal(error)) return new AccessError(`GitHub refused to ${doing}: ${said}`, `Give the token the permission: ${needs}.`, cause);
  if (status === 404) return new NotFoundError(`GitHub knows nothing under that name, to ${doing}: ${said}`, 'Check the repository and the number, and that the token may see them.', cause);
  return new UnreachableError(`GitHub failed to ${doing}: ${said}`, 'Run it again; if it persists, look at GitHub\'s status page.', cause);
}
