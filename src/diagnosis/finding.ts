import type { Prose } from './prose.ts';

export type Severity = 'error' | 'warning' | 'note';

export interface Fix {
  /** What to do, in a sentence or two. */
  readonly steps: Prose;
  /** Code to paste, or null. */
  readonly code: { readonly language: 'python' | 'shell' | 'yaml' | 'json'; readonly text: string } | null;
}

/** What a rule says. Plain data: it survives JSON unchanged. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly title: Prose;
  /** What is wrong and how we know. */
  readonly message: Prose;
  /** How it came about, in a sentence, where the evidence shows it. */
  readonly cause: Prose | null;
  /** Names concerned; long lists are whole here and shortened by reporters. */
  readonly parameters: readonly string[];
  readonly fix: Fix | null;
  readonly helpUrl: string;
  /** The file, and the line, that the finding is about. */
  readonly location: { readonly path: string; readonly line: number | null } | null;
  /** Set where the config file waives it: it is shown and does not count. */
  readonly waived: { readonly reason: string; readonly until: string | null } | null;
}
