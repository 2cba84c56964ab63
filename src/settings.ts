import type { GitHubAccess } from './source/context.ts';
import type { Severity } from './diagnosis/finding.ts';
import type { FailOn } from './report/exit-code.ts';

export type { FailOn } from './report/exit-code.ts';

/** A finding that the team accepts, with the reason and an optional last day (ISO date, inclusive, UTC). */
export interface Waiver {
  readonly rule: string;
  readonly reason: string;
  readonly until: string | null;
  /** Line of the config file that it stands on. */
  readonly line: number | null;
}

/** One checkpoint to check. */
export interface Target {
  readonly reference: string;
  /** The base as a reference; null where it is to be found from the checkpoint itself. */
  readonly base: string | null;
  /** Where the base was named; the input where absent. */
  readonly baseFrom?: 'input' | 'config';
  /** The class that it is released as, where the team says so; absent where its files and its base decide. */
  readonly class?: string;
  readonly waivers: readonly Waiver[];
  /** Whether it may be something else, by the line that asked for it or by the file's ending: what the Hub has nothing of, or what holds no state dict, is then no checkpoint. */
  readonly isWeak?: boolean;
  /** The line that asked for it, where there is one. */
  readonly origin: { readonly path: string; readonly line: number } | null;
}

/** Everything a check needs to know. Both edges produce it; nothing behind them reads the environment. */
export interface Settings {
  readonly targets: readonly Target[];
  readonly failOn: FailOn;
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  readonly hub: { readonly endpoint: string; readonly token: string | null };
  /** Directory against which relative references are resolved. */
  readonly directory: string;
  /** The proxy for https requests, from the environment of the edge; null for none. */
  readonly proxy: { readonly url: string; readonly except: readonly string[] } | null;
  /** How GitHub is reached, for artifacts, LFS objects and release assets; null or absent where it is not known. */
  readonly github?: GitHubAccess | null;
  /** Whether links may lead out of the directory that was named: not where a stranger's pull request is checked. Default no. */
  readonly followLinks?: boolean;
  /** Today, as an ISO date: decides whether a waiver has expired. */
  readonly today: string;
}
