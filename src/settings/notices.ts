import type { Notice, Prose } from '../report/report.ts';

export type { Notice } from '../report/report.ts';

/** Gathers what is wrong with one file, so that all of it is told at once. */
export interface Notices {
  readonly path: string;
  readonly list: Notice[];
}

/** An error: what was written cannot be followed, so what was asked for is not what is checked. The check still runs on what can be. */
export function reportError(notices: Notices, line: number | null, message: Prose): void {
  notices.list.push({ severity: 'error', message, location: { path: notices.path, line }, obstacle: 'state' });
}

/** A note: what was written is followed as it stands, and somebody may want to know what that means. */
export function reportNote(notices: Notices, line: number | null, message: Prose): void {
  notices.list.push({ severity: 'note', message, location: { path: notices.path, line } });
}

/** A warning: what was written has no effect, and the check is as strict or stricter without it. */
export function reportWarning(notices: Notices, line: number | null, message: Prose): void {
  notices.list.push({ severity: 'warning', message, location: { path: notices.path, line } });
}
