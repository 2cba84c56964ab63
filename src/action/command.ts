import { UsageError } from '../errors.ts';
import { explained, statusOf, type GitHub } from '../publish/client.ts';

/** `/headcheck [reference …] [base=…] [class=…]`: what a person asks for below a pull request. */
export interface SlashCommand {
  /** Empty: what the pull request refers to. */
  readonly references: readonly string[];
  readonly base: string | null;
  /** The class that it is released as. */
  readonly class: string | null;
}

/** Whether the first line of a comment speaks to us. */
export function isCommand(body: string): boolean {
  return /^\/headcheck(?:\s|$)/.test(body.trimStart());
}

/**
 * Reads a command from the first line of a comment; further lines are for people.
 * @throws UsageError where it is not understood
 */
export function parseCommand(body: string): SlashCommand {
  const [first = ''] = body.trimStart().split(/\r?\n/);
  const [, ...words] = first.trim().split(/\s+/);
  const references: string[] = [];
  const options: { base: string | null; class: string | null } = { base: null, class: null };
  for (const written of words) {
    const word = unquoted(written);
    const [, name, quoted = ''] = /^([a-z-]+)=(.*)$/i.exec(word) ?? [];
    const key = name?.toLowerCase();
    const value = unquoted(quoted);
    if (key === undefined) references.push(word);
    else if ((key === 'base' || key === 'class') && value !== '' && options[key] === null) options[key] = value;
    else throw new UsageError(`/headcheck does not understand "${word}".`, 'Write: /headcheck [reference …] [base=REFERENCE] [class=NAME]');
  }
  return { references, ...options };
}

/** People write a reference as code, so that GitHub makes no link of it. Backticks alone are nothing. */
function unquoted(word: string): string {
  return /^`+$/.test(word) ? '' : (/^(`+)([^`]+)\1$/.exec(word)?.[2] ?? word);
}

/** Whether a command asks for something else than what the pull request makes: its answer is not the pull request's. */
export function isAside({ references, base, class: released }: SlashCommand): boolean {
  return references.length > 0 || base !== null || released !== null;
}

/**
 * Whether that person may have a check run: only who can write to the repository, because a check spends its runner and
 * its tokens. GitHub is asked for the permission itself: what the event says of the person's association tells too
 * much (a member of the organisation need not have write access) and too little (a member in private is CONTRIBUTOR or NONE).
 */
export async function mayCommand(github: GitHub, login: string): Promise<boolean> {
  if (login === '') return false;
  const { owner, repo } = github;
  try {
    const { data } = await github.rest.repos.getCollaboratorPermissionLevel({ owner, repo, username: login });
    return data.permission === 'admin' || data.permission === 'write';
  } catch (error) {
    // Not a collaborator at all.
    if (statusOf(error) === 404) return false;
    throw explained(error, `look up what ${login} may do`);
  }
}

/** Answers a command without words, as people do. Where GitHub does not take it, that is no reason to stop. */
export async function react(github: GitHub, commentId: number, content: 'eyes' | '+1' | '-1' | 'confused'): Promise<void> {
  const { owner, repo } = github;
  try {
    await github.rest.reactions.createForIssueComment({ owner, repo, comment_id: commentId, content });
  } catch (error) {
    if (statusOf(error) === null) throw error;
  }
}
