import type { RawInputs } from '../settings/inputs.ts';
import type { GitHubAccess } from '../source/context.ts';
import type { Host } from './host.ts';

/** The variables that settings are made of, unchecked. Where a variable has two spellings, the capitals win. */
export function inputsOf({ env, directory, now }: Host): RawInputs {
  return {
    hubEndpoint: env.HF_ENDPOINT,
    hubToken: env.HF_TOKEN,
    proxy: env.HTTPS_PROXY || env.https_proxy,
    noProxy: env.NO_PROXY || env.no_proxy,
    directory,
    today: dayOf(now),
  };
}

/** The day as an ISO date, UTC. */
export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

/** Which run this is, and when it began: greater is newer. Outside GitHub Actions the clock says both, in milliseconds, beyond any run's number. */
export function runOf({ env, now }: Host): { run: number; attempt: number; started: number } {
  const number = (text: string | undefined): number | null => (/^[1-9]\d{0,14}$/.test(text ?? '') ? Number(text) : null);
  return { run: number(env.GITHUB_RUN_ID) ?? now, attempt: number(env.GITHUB_RUN_ATTEMPT) ?? 1, started: now };
}

/** Where GitHub is, also an Enterprise Server, as its runners say. */
export function githubOf({ env }: Host): GitHubAccess {
  return {
    apiUrl: env.GITHUB_API_URL || 'https://api.github.com',
    serverUrl: env.GITHUB_SERVER_URL || 'https://github.com',
    token: env.GITHUB_TOKEN || env.GH_TOKEN || null,
    repository: env.GITHUB_REPOSITORY || null,
  };
}

/** Whether colour is wanted there: NO_COLOR (no-color.org) and FORCE_COLOR decide before the terminal does. */
export function wantsColour({ env, stdout }: Host): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return stdout.isTTY === true && env.TERM !== 'dumb';
}
