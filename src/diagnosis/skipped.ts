/** A rule that was not judged, and why. */
export interface Skipped {
  readonly rule: string;
  readonly reason: string;
}

/** The reason where the user switched the rule off: a verdict that comes about so says it. */
export const SWITCHED_OFF = 'switched off in the config file';
