import { AccessError, UnreachableError } from '../errors.ts';
import type { HeadcheckError } from '../errors.ts';

/**
 * What kept something that was asked for from being checked.
 * - `state`: what stands there (nothing, or what cannot be parsed), which is so whenever one looks.
 * - `moment`: a server, a token. Another try may do better, so what was not seen for that reason is never forgiven
 *   because it was not seen elsewhere either.
 * - `search`: references could not be looked for, so which checkpoints there are is not known: none that is not in the
 *   report may be taken for repaired.
 */
export const OBSTACLES = ['state', 'moment', 'search'] as const;
export type Obstacle = (typeof OBSTACLES)[number];

export function obstacleOf(error: HeadcheckError): Obstacle {
  return error instanceof AccessError || error instanceof UnreachableError ? 'moment' : 'state';
}
