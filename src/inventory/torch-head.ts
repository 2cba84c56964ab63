import type { ByteReader } from '../bytes/reader.ts';
import { HeaderError } from '../format/header-error.ts';
import { type TorchHeader, readTorchZip } from '../format/torch.ts';
import { type Head, type HeadProblem, contentOf } from './head.ts';

/** Reads the head of a PyTorch file of either format. Nothing in it is imported or called. @throws HeaderError */
export async function torchHead(reader: ByteReader): Promise<Head> {
  const header = await readEither(reader);
  const { columns, hasOffsets, unsafeGlobals, unread, expectedSize } = header;
  const problems: HeadProblem[] = [];
  if (unsafeGlobals.length > 0) problems.push({ kind: 'unsafe-pickle', globals: unsafeGlobals });
  if (unread.length > 0) {
    problems.push({ kind: 'header-warning', violation: 'tensor-not-read', message: `Tensors of a kind that is not read (sparse, or without data): ${unread.slice(0, 5).join(', ')}${unread.length > 5 ? ` and ${unread.length - 5} more` : ''}.` });
  }
  if (expectedSize !== null && reader.size < expectedSize) problems.push({ kind: 'truncated', expectedSize, actualSize: reader.size });
  return { columns, shared: sharedRows(header), hasData: hasOffsets, headerBytes: 0, metadata: null, problems, ...(header.path.length > 0 && { keptUnder: header.path }) };
}

/** Nearly every file is a zip archive, whose directory is at its end: its beginning is looked at only where that fails. */
async function readEither(reader: ByteReader): Promise<TorchHeader> {
  try {
    return await readTorchZip(reader);
  } catch (error) {
    if (!(error instanceof HeaderError)) throw error;
    const { kind } = await contentOf(reader);
    if (kind === 'unknown') throw new HeaderError('not-torch', 'The file is neither a zip archive nor a Python pickle, so PyTorch did not write it, or its beginning is damaged.');
    if (kind !== 'pickle') throw error;
    const { readTorchLegacy } = await import('../format/torch-legacy.ts');
    return await readTorchLegacy(reader);
  }
}

/** Rows that span the same bytes of the same storage. */
function sharedRows({ columns: { begins, ends }, storageKeys }: TorchHeader): number[][] {
  const groups = new Map<string, number[]>();
  storageKeys.forEach((key, row) => {
    if (begins[row] === ends[row]) return;
    const place = `${begins[row]}-${ends[row]} ${key}`;
    const group = groups.get(place);
    if (group === undefined) groups.set(place, [row]);
    else group.push(row);
  });
  return [...groups.values()].filter((rows) => rows.length > 1);
}
