import type { Rule } from '../diagnosis/rule.ts';
import type { gated } from '../gate.ts';
import type { Report } from '../report/report.ts';
import type { Found } from '../publish/find-references.ts';
import type { FindRequest, PullFacts, readPull, ReviewRequest } from '../publish/review-command.ts';
import type { Settings } from '../settings.ts';
import type { SourceEvent } from '../source/context.ts';

/** A stream that text is written to, and what is known of the terminal behind it. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Where the command runs. The only place from which it learns of the process. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a part may tell while it works. */
export interface Watch {
  readonly progress?: (event: SourceEvent) => void;
}

/** What a command tells of a rule. */
export type RuleFacts = Pick<Rule, 'id' | 'severity' | 'summary' | 'why' | 'how' | 'sources' | 'helpUrl'>;

/** The parts that a command may need. Each is loaded when it is asked for, so that `--help` costs nothing. */
export interface Parts {
  check(): Promise<(settings: Settings, watch: Watch) => Promise<Report>>;
  /** Writes the only target of the settings as a snapshot. */
  snapshot(): Promise<(settings: Settings, watch: Watch) => Promise<TakenSnapshot>>;
  rules(): Promise<readonly RuleFacts[]>;
  /** Posts a report; the answer says in a sentence what was done. */
  review(): Promise<(request: ReviewRequest) => Promise<string>>;
  /** Reads what a pull request proposes. */
  pull(): Promise<(request: Parameters<typeof readPull>[0]) => Promise<PullFacts>>;
  /** Holds a report against the base branch or a baseline. */
  gate(): Promise<{ readonly gated: typeof gated }>;
  /** Finds what a pull request refers to. */
  find(): Promise<(request: FindRequest) => Promise<Found>>;
}

/** A snapshot's text, and what of the checkpoint it does not hold, because it could not be read. */
export interface TakenSnapshot {
  readonly text: string;
  readonly incomplete: readonly string[];
}
