import * as v from 'valibot';
import { AccessError, NotFoundError, UnreachableError, UsageError, type HeadcheckError } from '../errors.ts';
import type { GitHubAccess, SourceOptions } from './context.ts';
import { nextPage, readJson, serverText, strange } from './http/body.ts';
import type { HttpAnswer, HttpClient } from './http/client.ts';
import { bearer, cleanToken } from './http/token.ts';
import { TransientError, waitAsked } from './http/retry.ts';

/** GitHub's REST interface for one repository, as the sources need it. */
export interface GitHubApi {
  readonly client: HttpClient;
  readonly access: GitHubAccess;
  /** `owner/name`. */
  readonly repository: string;
}

/** What is asked for, for messages: `the artifact "model"`, and the permission that reading it takes. */
export interface Wanted {
  readonly what: string;
  readonly permission: string;
}

const PUBLIC: GitHubAccess = { apiUrl: 'https://api.github.com', serverUrl: 'https://github.com', token: null, repository: null };

/** @throws UsageError where the check does not know of GitHub, or of the repository */
export function githubApi(options: SourceOptions, client: HttpClient, repository: string | null, text: string): GitHubApi {
  // A repository that is named in full can be public, and then needs no more than its name.
  const access = options.github ?? (repository === null ? null : PUBLIC);
  const known = repository ?? access?.repository ?? null;
  if (access === null || known === null) {
    throw new UsageError(`"${text}" is on GitHub, and the repository is not known here.`, 'Run the check in a workflow, or set GITHUB_REPOSITORY to owner/name and GITHUB_TOKEN to a token that may read it.');
  }
  if (!/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/.test(known) || known.split('/').some((part) => part === '.' || part === '..')) {
    throw new UsageError(`"${known}" is not a repository of GitHub.`, 'Write it as owner/name.');
  }
  return { client, access: { ...access, token: cleanToken(access.token, 'The GitHub token') }, repository: known };
}

/** The address of `path` below the repository in the REST interface. */
export function repositoryUrl(api: GitHubApi, path: string): URL {
  return new URL(`repos/${api.repository}/${path}`, api.access.apiUrl.replace(/\/*$/, '/'));
}

/**
 * Asks for a JSON document.
 * @returns what it holds by `schema`, and the address of the next page
 */
export async function githubJson<S extends v.GenericSchema>(api: GitHubApi, url: URL, schema: S, wanted: Wanted): Promise<{ value: v.InferOutput<S>; next: URL | null }> {
  const isOurs = url.origin === new URL(api.access.apiUrl).origin;
  const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };
  return await api.client.send({ url, headers, authorization: isOurs ? bearer(api.access.token) : null }, async (answer) => {
    if (answer.status !== 200) throw await githubError(answer, api, wanted);
    const parsed = v.safeParse(schema, await readJson(answer));
    if (!parsed.success) throw strange(answer, 'a document of another form', parsed.issues);
    return { value: parsed.output, next: nextPage(answer) };
  });
}

/** The error for a refusal by GitHub, or by the host that it sent us to. A limit of requests is transient. */
export async function githubError(answer: HttpAnswer, api: GitHubApi, { what, permission }: Wanted): Promise<HeadcheckError | TransientError> {
  const { repository, access } = api;
  if (answer.url.host !== new URL(access.apiUrl).host && answer.url.host !== new URL(access.serverUrl).host) {
    return new UnreachableError(`${answer.url.host}, to which GitHub sent us for ${what}, answered ${answer.status}.`, 'Run the check again; if it stays so, check that this host can be reached from here.');
  }
  const wait = waitAsked(answer.header, Date.now());
  if (answer.status === 403 && wait !== null) return new TransientError('it answered 403 for too many requests', wait);
  const said = await message(answer);
  const grant = access.token === null ? `Give a token with ${permission}.` : `Check the name, and that the token has ${permission}.`;
  // 422 is its answer for a revision that it does not know.
  if (answer.status === 404 || answer.status === 422) return new NotFoundError(`${repository} has no ${what}, or the token may not see it.`, grant);
  if (answer.status === 410) return new NotFoundError(`${repository} has no ${what} any more: it has expired.`, 'Upload it again, or keep artifacts longer (retention-days).');
  if (answer.status === 401) return new AccessError('GitHub does not accept the token.', 'Give a valid token.');
  if (answer.status === 403) return new AccessError(`GitHub refuses ${what} of ${repository}.${said}`, grant);
  return new UnreachableError(`GitHub answered ${answer.status} for ${what} of ${repository}.${said}`, 'Run the check again later.');
}

async function message(answer: HttpAnswer): Promise<string> {
  const parsed = v.safeParse(v.object({ message: v.string() }), await readJson(answer).catch(() => null));
  const text = parsed.success ? serverText(parsed.output.message) : null;
  return text === null ? '' : ` It says: “${text}”`;
}
