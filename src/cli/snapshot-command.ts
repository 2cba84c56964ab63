import { UsageError } from '../errors.ts';
import { SNAPSHOT_SUFFIX } from '../inventory/snapshot-name.ts';
import { warn } from './complain.ts';
import { writeText } from './files.ts';
import type { Host, Parts } from './host.ts';
import { watched } from './progress.ts';
import { settingsOf } from './run-check.ts';

/** `headcheck snapshot`: names, shapes, types and config facts of a checkpoint as a small text to commit. */
export async function snapshotCommand(reference: string, { output }: { readonly output?: string }, host: Host, parts: Parts): Promise<number> {
  // Another name could not be read back: it would be a folder's stray file, or no checkpoint at all.
  if (output !== undefined && !output.endsWith(SNAPSHOT_SUFFIX)) {
    throw new UsageError(`The name ${output} is not that of a snapshot.`, `End it with ${SNAPSHOT_SUFFIX}, as in: -o ${output.replace(/(?:\.headcheck)?\.[^./\\]*$/, '') || 'base'}${SNAPSHOT_SUFFIX}`);
  }
  const { settings } = await settingsOf([reference], {}, host, parts);
  const snapshot = await parts.snapshot();
  const { text, incomplete } = await watched(host, async (watch) => await snapshot(settings, watch));
  for (const what of incomplete) warn(`${what}; the snapshot says so.`, host);
  if (output === undefined) host.stdout.write(text);
  else await writeText(output, text, host);
  return 0;
}
