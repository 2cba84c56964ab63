import type { RawInputs } from '../settings/inputs.ts';
import type { GitHubAccess } from '../source/context.ts';
import type { Host } from './host.ts';

/** The variables that settings are made of, unchecked. Where a variable has two spellings, the capitals win. */
export function inputsOf({ env, directory, today }: Host): RawInputs {
  return {
    hubEndpoint: env.HF_ENDPOINT,
    hubToken: env.HF_TOKEN,
    proxy: env.HTTPS_PROXY || env.https_proxy,
    noProxy: env.NO_PROXY || env.no_proxy,
    directory,
    today,
  };
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
