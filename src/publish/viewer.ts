import { statusOf, type GitHub } from './client.ts';

const known = new WeakMap<GitHub, Promise<string>>();

/** Who the token posts as, in the form in which REST names the author of a comment. Asked once a connection. */
export async function viewer(github: GitHub): Promise<string> {
  const login = known.get(github) ?? ask(github);
  known.set(github, login);
  return await login;
}

/** Those that we wrote: anybody can copy a marker. */
export async function byAuthor<T extends { readonly author: string | undefined }>(github: GitHub, posts: readonly T[]): Promise<T[]> {
  const login = await viewer(github);
  return posts.filter(({ author }) => author === login);
}

async function ask(github: GitHub): Promise<string> {
  try {
    const answer: unknown = await github.graphql('query { viewer { login } }');
    const login = loginOf(answer);
    if (login !== null) return login;
  } catch (error) {
    // Some tokens may not ask; the workflow's own is the usual one.
    if (statusOf(error) === 401) throw error;
  }
  return 'github-actions[bot]';
}

function loginOf(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null || !('viewer' in answer)) return null;
  const { viewer: who } = answer;
  return typeof who === 'object' && who !== null && 'login' in who && typeof who.login === 'string' ? who.login : null;
}
