import pRetry from 'p-retry';
import { UnreachableError } from '../../errors.ts';

/** How often a request is tried, and the pause before the second try; each further pause is twice as long, with jitter. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly firstDelayMs: number;
}
export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, firstDelayMs: 500 };
const MAX_DELAY_MS = 10_000;
/** The Hub counts requests in windows of five minutes: a longer wait would be no rate limit's. */
const MAX_WAIT_SECONDS = 300;

/** Statuses that say "later": nothing about what was asked for. */
export const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** A failure that may pass. `waitSeconds`: how long the server asked us to wait, or null. */
export class TransientError extends Error {
  readonly waitSeconds: number | null;

  constructor(message: string, waitSeconds: number | null, options?: { cause?: unknown }) {
    super(message, options);
    this.waitSeconds = waitSeconds;
  }
}

/**
 * Runs `attempt` until it succeeds, fails for good, or has been tried often enough.
 * @param onWait called before each pause that a server asked for, and before each repetition
 * @throws UnreachableError where the last failure was transient; else whatever `attempt` threw
 */
export async function withRetries<T>(
  host: string, policy: RetryPolicy, signal: AbortSignal | undefined,
  onWait: (seconds: number, reason: string) => void, attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await pRetry(attempt, {
      retries: policy.attempts - 1, minTimeout: policy.firstDelayMs, maxTimeout: MAX_DELAY_MS, factor: 2, randomize: true,
      ...(signal === undefined ? {} : { signal }),
      shouldRetry: ({ error }) => error instanceof TransientError && (error.waitSeconds ?? 0) <= MAX_WAIT_SECONDS,
      async onFailedAttempt({ error, retriesLeft }) {
        if (!(error instanceof TransientError) || retriesLeft === 0) return;
        const seconds = error.waitSeconds ?? 0;
        if (seconds > MAX_WAIT_SECONDS) return;
        onWait(seconds, error.message);
        if (seconds > 0) await pause(seconds * 1000, signal);
      },
    });
  } catch (error) {
    if (error instanceof TransientError) throw giveUp(host, policy, error);
    throw error;
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const { setTimeout } = await import('node:timers/promises');
  await setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal });
}

function giveUp(host: string, policy: RetryPolicy, error: TransientError): UnreachableError {
  if (error.waitSeconds === null) {
    return new UnreachableError(`${host} could not be reached: ${error.message} (tried ${policy.attempts} times).`, 'Check the network and the state of the service, then run the check again.', { cause: error });
  }
  const hint = 'Run the check again later; with a token (HF_TOKEN for the Hub, the job\'s token for GitHub) the allowance is larger and not shared with other users of the same address.';
  return new UnreachableError(`${host} allows no more requests for ${error.waitSeconds} seconds: ${error.message}.`, hint, { cause: error });
}

/**
 * How many seconds a server asks us to wait: the Hub's `RateLimit: "resolvers";r=0;t=55`, GitHub's
 * `x-ratelimit-reset`, or `Retry-After` (seconds or a date). Null where it says nothing.
 */
export function waitAsked(header: (name: string) => string | null, now: number): number | null {
  const window = /;\s*t\s*=\s*(\d+)/.exec(header('ratelimit') ?? '')?.[1];
  if (window !== undefined) return Number(window);
  const after = header('retry-after');
  if (after !== null && /^\d+$/.test(after.trim())) return Number(after);
  const date = after === null ? Number.NaN : Date.parse(after);
  if (!Number.isNaN(date)) return Math.max(0, Math.ceil((date - now) / 1000));
  const reset = header('x-ratelimit-remaining') === '0' ? Number(header('x-ratelimit-reset') ?? Number.NaN) : Number.NaN;
  return Number.isNaN(reset) ? null : Math.max(0, Math.ceil(reset - now / 1000));
}
