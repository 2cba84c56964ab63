import type { GitHub } from '../publish/client.ts';
import type { Report } from '../report/report.ts';
import type { SarifRule } from '../report/sarif.ts';
import type { Settings } from '../settings.ts';
import type { Environment } from './environment.ts';
import type { Inputs } from './inputs.ts';

/** What the action does not do itself. */
export interface Tools {
  readonly check: (settings: Settings) => Promise<Report>;
  /** All rules that exist, as SARIF describes them. */
  readonly rules: readonly SarifRule[];
  /** Today as an ISO date, UTC. */
  readonly today: string;
  /** When this began, in milliseconds since 1970. */
  readonly now: number;
  /** Scales the waits between writes to GitHub; 1 by default. */
  readonly patience?: number;
}

export interface Call extends Tools {
  readonly environment: Environment;
  readonly inputs: Inputs;
  readonly github: GitHub | null;
}
