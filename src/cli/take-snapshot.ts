import { UsageError } from '../errors.ts';
import { readCheckpoint } from '../inventory/read.ts';
import { requireWeights } from '../inventory/require-weights.ts';
import { snapshot } from '../inventory/snapshot.ts';
import { parseReference } from '../reference/parse.ts';
import type { Settings } from '../settings.ts';
import { createSourceContext, openSource } from '../source/open.ts';
import type { TakenSnapshot, Watch } from './host.ts';

/**
 * Reads the only target of the settings and writes it as a snapshot. A broken checkpoint has one too: it says what
 * was broken already, for those who fail only on what is new.
 * @throws NotFoundError where there are no weights at all
 */
export async function takeSnapshot(settings: Settings, { progress }: Watch): Promise<TakenSnapshot> {
  const [target] = settings.targets;
  if (target === undefined) throw new UsageError('No checkpoint was named.', 'Name one, as in: headcheck snapshot ./base');
  const context = createSourceContext({ ...settings, ...(progress === undefined ? {} : { onProgress: progress }) });
  try {
    const reference = parseReference(target.reference, { directory: settings.directory, hubEndpoint: settings.hub.endpoint });
    const checkpoint = requireWeights(await readCheckpoint(await openSource(reference, context)), target.reference);
    const absent = checkpoint.parts.filter(({ state }) => state === 'absent').map(({ path }) => `${path} is missing`);
    const problems = checkpoint.problems.filter(({ kind }) => kind !== 'header-warning').map(({ path, kind }) => `${path}: ${kind}`);
    return { text: snapshot(checkpoint), incomplete: [...absent, ...problems] };
  } finally {
    await context.close();
  }
}
