/**
 * Every class that Headcheck throws. The class says what the caller can do about it; `hint` says it in words.
 *
 * A problem *of a checkpoint* is never thrown: it becomes a `Problem` and then a finding. A throw means that
 * the check itself could not go on.
 */
export abstract class HeadcheckError extends Error {
  /** What to do next, as one imperative sentence for the person who ran the check. */
  readonly hint: string;
  /** Whether the server knows, or shows, nothing at all under the name: it may be no name of that kind. */
  readonly isNameUnknown: boolean;

  constructor(message: string, hint: string, { isNameUnknown = false, ...options }: { cause?: unknown; isNameUnknown?: boolean } = {}) {
    super(message, options);
    this.isNameUnknown = isNameUnknown;
    this.name = new.target.name;
    this.hint = hint;
  }
}

/** The user asked for something that makes no sense: an unknown option, a reference that is none, a config file that breaks its schema. */
export class UsageError extends HeadcheckError {}

/** What was named does not exist: a path, a repo, a revision, an entry. */
export class NotFoundError extends HeadcheckError {}

/** It exists, or may exist, and the token at hand is not allowed to see it. */
export class AccessError extends HeadcheckError {}

/** A server or a disk did not answer as it should; trying again may help. */
export class UnreachableError extends HeadcheckError {}

/** The bytes break the rules of their format; trying again will not help. */
export class MalformedError extends HeadcheckError {}
