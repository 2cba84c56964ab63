import type { Reference } from '../reference/reference.ts';
import { UsageError } from '../errors.ts';
import type { SourceOptions } from './context.ts';
import type { Source } from './source.ts';

export type { GitHubAccess, SourceEvent, SourceOptions } from './context.ts';

/** What the sources of one call share: the options, and connections that stay open between requests. */
export interface SourceContext extends SourceOptions {
  /** Closes the connections that are kept open. Sources of this context must not be read afterwards. */
  close(): Promise<void>;
}

/** Makes the context of one call; close it when all is read. Nothing is loaded or connected before it is needed. */
export function createSourceContext(options: SourceOptions): SourceContext {
  return { ...options, async close() {} };
}

/**
 * Resolves a reference to the place it names and lists what is there. Reads no weights.
 * @throws UsageError | NotFoundError | AccessError | UnreachableError
 */
export async function openSource(reference: Reference, context: SourceContext): Promise<Source> {
  switch (reference.kind) {
    case 'path':
    case 'snapshot': {
      const { openLocal } = await import('./local.ts');
      return await openLocal(reference, context);
    }
    default:
      throw new UsageError(`${reference.kind} references are not read yet.`, 'Name a directory.');
  }
}
