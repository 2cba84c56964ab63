import type { Prose, Report } from '../report/report.ts';

/** Something to say about the call rather than about a checkpoint. */
export type Notice = Report['notices'][number];

/** Gathers what is wrong with one file, so that all of it is told at once. */
export interface Notices {
  readonly path: string;
  readonly list: Notice[];
}

/** An error: what was written cannot be followed. The check still runs on what can. */
export function reportError(notices: Notices, line: number | null, message: Prose): void {
  notices.list.push({ severity: 'error', message, location: { path: notices.path, line } });
}

/** A warning: what was written has no effect, and the check is as strict or stricter without it. */
export function reportWarning(notices: Notices, line: number | null, message: Prose): void {
  notices.list.push({ severity: 'warning', message, location: { path: notices.path, line } });
}
