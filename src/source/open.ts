import type { Reference } from '../reference/reference.ts';
import type { SourceOptions } from './context.ts';
import type { HttpClient } from './http/client.ts';
import type { Source } from './source.ts';

export type { GitHubAccess, SourceEvent, SourceOptions } from './context.ts';

/** What the sources of one call share: the options, and connections that stay open between requests. */
export interface SourceContext extends SourceOptions {
  /** The HTTP client; loaded and made when it is first asked for. */
  readonly client: () => Promise<HttpClient>;
  /** Closes the connections that are kept open. Sources of this context must not be read afterwards. */
  close(): Promise<void>;
}

/** Makes the context of one call; close it when all is read. Nothing is loaded or connected before it is needed. */
export function createSourceContext(options: SourceOptions): SourceContext {
  let client: Promise<HttpClient> | null = null;
  return {
    ...options,
    client: async () => {
      client ??= makeClient(options);
      return await client;
    },
    async close() {
      if (client !== null) (await client).close();
    },
  };
}

async function makeClient({ proxy, signal, retry, onProgress }: SourceOptions): Promise<HttpClient> {
  const { HttpClient } = await import('./http/client.ts');
  return new HttpClient({ proxy, signal, retry, onWait: (host, seconds, reason) => onProgress?.({ kind: 'waiting', host, seconds, reason }) });
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
      const source = await openLocal(reference, context);
      if (context.resolvePointers !== true) return source;
      const { withLfsObjects } = await import('./lfs.ts');
      return await withLfsObjects(source, context, context.client);
    }
    case 'release': {
      const { openRelease } = await import('./release.ts');
      return await openRelease(reference, context, await context.client());
    }
    case 'hub': {
      const { openHub } = await import('./hub.ts');
      return await openHub(reference, context, await context.client());
    }
    case 'repository': {
      const { openRepository } = await import('./repository.ts');
      return await openRepository(reference, context, await context.client());
    }
    case 'artifact': {
      const { openArtifact } = await import('./artifact.ts');
      return await openArtifact(reference, context, await context.client());
    }
  }
}
