import { Agent as HttpAgent, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import pLimit, { type LimitFunction } from 'p-limit';
import { HeadcheckError, UnreachableError } from '../../errors.ts';
import { checkReach, guardedLookup, hostReach, literalAddress, reachOf, type Reach } from './addresses.ts';
import { exchange, headerOf, isNetworkError, permanentFailure, reasonOf, release, StaleConnection } from './exchange.ts';
import { goesThrough, proxyAgent, type Proxy } from './proxy.ts';
import { DEFAULT_RETRY, TRANSIENT_STATUSES, TransientError, waitAsked, withRetries, type RetryPolicy } from './retry.ts';

/** Requests under way at once. Heads are small, so latency counts and not bandwidth; a Hub sees no more than a browser opens to two hosts. */
const MAX_PARALLEL = 12;
/** The Hub needs two at most: a renamed repository, then the host of large files. */
const MAX_REDIRECTS = 5;
/** A connection on which nothing arrives for so long is dead. */
const IDLE_TIMEOUT_MS = 30_000;
/** No head takes longer on a line on which one would wait for it; ends servers that send a byte now and then. */
const ATTEMPT_TIMEOUT_MS = 300_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface HttpRequest {
  readonly url: URL;
  /** An address that the server at `url` named before: asked instead of it, and trusted no further than a redirect from there. */
  readonly via?: URL;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent to the origin that is asked first, and to no other. */
  readonly authorization?: string | null;
  readonly body?: string;
}

/** An answer whose body has not been read yet. It is released when the function that was given it returns. */
export interface HttpAnswer {
  readonly status: number;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  header(name: string): string | null;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface HttpClientOptions {
  readonly proxy: Proxy | null;
  readonly signal?: AbortSignal | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly onWait?: ((host: string, seconds: number, reason: string) => void) | undefined;
}

/**
 * HTTP for sources: kept-alive connections, redirects followed by hand, retries. It is built on node's own `http`
 * rather than on `fetch` because the address must be checked where the connection is made.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #limit: LimitFunction = pLimit(MAX_PARALLEL);
  /** By reach, so that a connection made under a wider permission is not used under a narrower one. */
  readonly #agents = new Map<string, HttpAgent>();
  readonly #reaches = new Map<string, Promise<Reach>>();

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /**
   * Sends a request, follows redirects, and gives the answer to `take`; tries all of it again on what may pass.
   * `request.url` is trusted (a configured server); where redirects lead is not.
   * @throws UnreachableError, and whatever `take` throws
   */
  async send<T>(request: HttpRequest, take: (answer: HttpAnswer) => Promise<T>): Promise<T> {
    const { signal, retry = DEFAULT_RETRY, onWait } = this.#options;
    const { host } = request.url;
    return await withRetries(host, retry, signal, (seconds, reason) => onWait?.(host, seconds, reason), async () =>
      await this.#limit(async () => await this.#attempt(request, take)));
  }

  /** Closes the connections that are kept. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  async #attempt<T>(request: HttpRequest, take: (answer: HttpAnswer) => Promise<T>): Promise<T> {
    const deadline = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS);
    const signal = this.#options.signal === undefined ? deadline : AbortSignal.any([deadline, this.#options.signal]);
    const { message, url } = await this.#follow(request, signal);
    const status = message.statusCode ?? 0;
    const header = (name: string): string | null => headerOf(message, name);
    try {
      if (TRANSIENT_STATUSES.has(status)) throw new TransientError(`it answered ${status}`, waitAsked(header, Date.now()));
      return await take({ status, url, header, body: message });
    } catch (error) {
      throw this.#classify(error, url);
    } finally {
      void release(message);
    }
  }

  /** What the program threw stays; what the connection threw may pass, unless the caller gave up. */
  #classify(error: unknown, url: URL): unknown {
    if (error instanceof HeadcheckError || error instanceof TransientError || this.#options.signal?.aborted === true) return error;
    const permanent = permanentFailure(url, error);
    if (permanent !== null) return permanent;
    return isNetworkError(error) ? new TransientError(reasonOf(error), null, { cause: error }) : error;
  }

  async #follow(request: HttpRequest, signal: AbortSignal): Promise<{ message: IncomingMessage; url: URL }> {
    const allowed = await this.#reach(request.url);
    let url = request.via === undefined ? request.url : redirectTarget(request.url, request.via.href);
    let authorization = request.authorization ?? null;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const message = await this.#exchange(request, url, authorization, allowed, signal);
      const location = headerOf(message, 'location');
      if (!REDIRECTS.has(message.statusCode ?? 0) || location === null) return { message, url };
      await release(message);
      const next = redirectTarget(url, location);
      // Once dropped, the token does not come back, not even where a chain returns to the first host.
      if (next.origin !== url.origin) authorization = null;
      if (next.origin !== url.origin && request.method === 'POST') throw new UnreachableError(`${url.host} sent a query on to ${next.host}.`, 'Check the endpoint; a server must answer queries itself.');
      url = next;
    }
    throw new UnreachableError(`${request.url.host} redirected more than ${MAX_REDIRECTS} times.`, 'Check the endpoint, and whether a proxy or a login page stands in between.');
  }

  async #exchange(request: HttpRequest, url: URL, authorization: string | null, allowed: Reach, signal: AbortSignal): Promise<IncomingMessage> {
    const literal = literalAddress(url);
    if (literal !== null) checkReach(url.host, reachOf(literal), allowed);
    const options: RequestOptions = {
      method: request.method ?? 'GET', agent: await this.#agent(url, allowed), lookup: guardedLookup(allowed), signal, timeout: IDLE_TIMEOUT_MS,
      headers: {
        'user-agent': 'headcheck',
        // A compressed answer could not be held against the range that was asked for.
        'accept-encoding': 'identity',
        ...request.headers,
        ...(authorization === null ? {} : { authorization }),
        ...(request.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(request.body)) }),
      },
    };
    try {
      return await exchange(url, options, request.body).catch(async (error: unknown) => {
        if (!(error instanceof StaleConnection)) throw error;
        return await exchange(url, options, request.body);
      });
    } catch (error) {
      throw this.#classify(error instanceof StaleConnection ? error.cause : error, url);
    }
  }

  async #reach(url: URL): Promise<Reach> {
    if (goesThrough(this.#options.proxy, url)) return literalAddress(url) === null ? 'public' : await hostReach(url);
    let reach = this.#reaches.get(url.host);
    if (reach === undefined) {
      reach = hostReach(url);
      this.#reaches.set(url.host, reach);
    }
    return await reach;
  }

  async #agent(url: URL, allowed: Reach): Promise<HttpAgent> {
    const { proxy } = this.#options;
    const isProxied = goesThrough(proxy, url);
    const key = isProxied ? 'proxy' : `${url.protocol}${allowed}`;
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const settings = { keepAlive: true, maxSockets: MAX_PARALLEL };
    const agent = isProxied ? await proxyAgent(proxy, MAX_PARALLEL) : url.protocol === 'https:' ? new HttpsAgent(settings) : new HttpAgent(settings);
    this.#agents.set(key, agent);
    return agent;
  }
}

function redirectTarget(from: URL, location: string): URL {
  const hint = 'Check the endpoint, and whether a proxy or a login page stands in between.';
  if (!URL.canParse(location, from.href)) throw new UnreachableError(`${from.host} redirected to something that is no address.`, hint);
  const next = new URL(location, from);
  if (next.protocol !== 'https:' && next.protocol !== 'http:') throw new UnreachableError(`${from.host} redirected to a ${next.protocol} address; only http and https are followed.`, hint);
  if (from.protocol === 'https:' && next.protocol === 'http:') throw new UnreachableError(`${from.host} redirected from https to http at ${next.host}.`, hint);
  if (next.username !== '' || next.password !== '') throw new UnreachableError(`${from.host} redirected to an address with a password in it.`, hint);
  return next;
}
