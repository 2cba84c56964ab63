import { isRecord } from './description.ts';
import type { Actor, PullRequest, State } from './state.ts';

export interface Call {
  readonly state: State;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly accept: string;
  readonly actor: Actor;
  /** Where this GitHub, and the blob store beside it, listen. */
  readonly api: string;
  readonly blobs: string;
}

export interface Answer { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>>; readonly raw?: Uint8Array }

export interface Route {
  /** Scopes of which the token needs one; reading a public repository needs none. */
  readonly scopes: readonly string[];
  readonly handle: (call: Call) => Answer;
}

export const MAX_BODY = 65_536;

export const failure = (status: number, message: string, more: object = {}): Answer => ({
  status,
  body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status), ...more },
});
export const notFound = (): Answer => failure(404, 'Not Found');

export function text(record: Readonly<Record<string, unknown>>, key: string): string | null {
  const value = record[key];
  return typeof value === 'string' ? value : null;
}

export function records(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** One page of a list and the `Link` header that leads to the next, as GitHub writes it. */
export function paged(call: Call, path: string, all: readonly unknown[], wrap: (items: readonly unknown[]) => unknown = (items) => items): Answer {
  const size = Math.min(Number(call.query.get('per_page') ?? 30), 100);
  const page = Number(call.query.get('page') ?? 1);
  const links: string[] = [];
  const link = (target: number, rel: string): void => {
    const query = new URLSearchParams(call.query);
    query.set('page', String(target));
    links.push(`<${call.api}${path}?${query}>; rel="${rel}"`);
  };
  const last = Math.max(1, Math.ceil(all.length / size));
  if (page < last) {
    link(page + 1, 'next');
    link(last, 'last');
  }
  if (page > 1) link(1, 'first');
  return { status: 200, body: wrap(all.slice((page - 1) * size, page * size)), ...(links.length > 0 ? { headers: { link: links.join(', ') } } : {}) };
}

export function pullOf(call: Call, key: string): PullRequest | undefined {
  return call.state.pulls.get(Number(call.params[key]));
}

export function user(template: unknown, login: string, type: 'User' | 'Bot'): unknown {
  return { ...(isRecord(template) ? template : {}), login, type, html_url: `https://github.com/${login}` };
}
