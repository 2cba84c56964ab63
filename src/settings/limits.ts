/** A config file is written by hand; the largest sensible one (a thousand checkpoints) stays far below. In characters. */
export const MAX_CONFIG_LENGTH = 256 * 1024;

/** `yaml` counts how often aliases multiply; a "billion laughs" passes this at once, honest reuse of an anchor never does. */
export const MAX_ALIASES = 100;

/** Errors of syntax told of one file: after the first few, the rest are echoes. */
export const MAX_SYNTAX_ERRORS = 10;

/** Characters of a reference or of a waiver's reason. Longer ones are no text for people. */
export const MAX_TEXT_LENGTH = 2000;

/** Characters of an unexpected value that a message quotes. */
export const MAX_QUOTED_LENGTH = 80;

/** Edits (insertions, deletions, substitutions) up to which a known word is offered for an unknown one. */
export const MAX_SUGGESTION_DISTANCE = 3;
