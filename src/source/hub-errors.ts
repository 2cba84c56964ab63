import { AccessError, NotFoundError, UnreachableError, type HeadcheckError } from '../errors.ts';
import { serverText } from './http/body.ts';
import type { HttpAnswer } from './http/client.ts';

/** What was asked of the Hub. */
export interface HubQuery {
  readonly endpoint: URL;
  readonly repo: string;
  readonly revision: string;
  readonly path: string | null;
  readonly hasToken: boolean;
}

/**
 * The error for a refusal by the Hub: `X-Error-Code` where it gives one (huggingface_hub `hf_raise_for_status`), else
 * the status. What the Hub leaves open is left open.
 */
export function hubError(answer: HttpAnswer, query: HubQuery): HeadcheckError {
  const { repo, revision, path } = query;
  if (answer.url.host !== query.endpoint.host) {
    return new UnreachableError(`${answer.url.host}, to which the Hub sent us for "${path ?? repo}", answered ${answer.status}.`, 'Run the check again; if it stays so, check that this host can be reached from here.');
  }
  const message = serverText(answer.header('x-error-message'));
  const page = new URL(repo, query.endpoint).href;
  switch (message === 'Access to this resource is disabled.' ? 'DisabledRepo' : answer.header('x-error-code')) {
    case 'RepoNotFound':
      return repoNotFound(query);
    case 'RevisionNotFound':
      return new NotFoundError(`${repo} has no revision "${revision}".`, `Look up its branches and tags at ${page}/tree/main; a pull request is refs/pr/N.`);
    case 'EntryNotFound':
      return new NotFoundError(`${repo} has no "${path ?? ''}" at ${revision}.`, `Look up its files at ${page}/tree/main.`);
    case 'GatedRepo':
      return new AccessError(`${repo} is gated: its owner lets in those who accept the conditions.`, query.hasToken
        ? `Accept the conditions at ${page} with the account of the token, or take a token of an account that has been let in.`
        : `Accept the conditions at ${page} and set HF_TOKEN to a token of that account.`);
    case 'DisabledRepo':
      return new AccessError(`The Hub has disabled access to ${repo}.`, `See ${page} for the reason, or take another repository.`);
    default:
      return byStatus(answer.status, message, query);
  }
}

function repoNotFound({ repo, hasToken }: HubQuery): NotFoundError {
  return hasToken
    ? new NotFoundError(`There is no model ${repo} on the Hub that the token may see.`, 'Check the spelling; if the model is private, take a token of an account that may read it.', { isNameUnknown: true })
    : new NotFoundError(`There is no public model ${repo} on the Hub.`, 'Check the spelling; if the model is private, set HF_TOKEN to a token that may read it.', { isNameUnknown: true });
}

function byStatus(status: number, message: string | null, query: HubQuery): HeadcheckError {
  const { repo, revision, hasToken } = query;
  const said = message === null ? '' : ` It says: “${message}”`;
  if (status === 401 && message === 'Invalid credentials in Authorization header') {
    return new AccessError('The Hub does not accept the token.', 'Set HF_TOKEN to a valid token, or unset it for public models.');
  }
  if (status === 401) {
    return new AccessError(`The Hub does not show ${repo}${hasToken ? ' to this token' : ' without a token'}: it may be missing, private or gated, and the Hub does not say which.${said}`,
      hasToken ? 'Check the spelling, and that the account of the token may read the model.' : 'Check the spelling; if the model is private or gated, set HF_TOKEN to a token that may read it.', { isNameUnknown: true });
  }
  if (status === 403) {
    return new AccessError(`The Hub refuses access to ${repo}.${said}`, hasToken ? 'Give the token read access to this model; a fine-grained token must name it.' : 'Set HF_TOKEN to a token that may read it.');
  }
  if (status === 404) return new NotFoundError(`The Hub has nothing under ${repo}${query.path === null ? '' : `/${query.path}`} at ${revision}.${said}`, 'Check the spelling, the revision and the endpoint.', { isNameUnknown: query.path === null && revision === 'main' });
  return new UnreachableError(`The Hub answered ${status} for ${repo}.${said}`, 'Run the check again later, and check the endpoint.');
}
