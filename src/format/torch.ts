import type { ByteReader } from '../bytes/reader.ts';
import { openZip, ZipError, type ZipArchive, type ZipEntry } from '../bytes/zip.ts';
import { ColumnBuilder } from './column-builder.ts';
import { DTYPES } from './dtype.ts';
import { HeaderError } from './header-error.ts';
import { MAX_DIRECTORY_BYTES, MAX_PICKLE_BYTES } from './limits.ts';
import { parsePickle, PickleError, type Pickle } from './pickle.ts';
import { byteCount, count, quote } from './quote.ts';
import type { TensorColumns } from './tensor-table.ts';
import { findTensors, isAllowedGlobal, type StoredTensor } from './torch-tensors.ts';

/** The head of a PyTorch file. */
export interface TorchHeader {
  /**
   * Offsets are from the file's beginning. A tensor spans what its elements take, from its offset in its storage; a
   * view with strides lies there in another order, or with gaps.
   */
  readonly columns: TensorColumns;
  /** Of each tensor, the storage it lies in. Two tensors with equal keys and equal `begins` share their memory: they are tied. */
  readonly storageKeys: readonly string[];
  /** Whether the bytes at those offsets are the tensors' own: false where storages are compressed, or where they lie cannot be told. */
  readonly hasOffsets: boolean;
  /** Under which keys of the file the tensors were found: `state_dict`; empty where they are at the top. */
  readonly path: readonly string[];
  /** Globals that `torch.load(weights_only=True)` refuses to import, as `module.name`. Nothing was imported. */
  readonly unsafeGlobals: readonly string[];
  /** Names of tensors of a kind that is not read (sparse, on the meta device). */
  readonly unread: readonly string[];
  /** Size that the file should have, where that can be told: in the legacy format, which has no directory at its end; else null. */
  readonly expectedSize: number | null;
  /** Whether it is of the format before PyTorch 1.6: pickles in a row, not a zip archive. */
  readonly isLegacy: boolean;
}

/**
 * Reads the head of a PyTorch zip file (`.bin`, `.pt`, `.pth`): the archive's directory and its pickle. Nothing in it
 * is imported or called.
 * @throws HeaderError, and what the reader throws
 */
export async function readTorchZip(reader: ByteReader): Promise<TorchHeader> {
  try {
    const archive = await openZip(reader, MAX_DIRECTORY_BYTES);
    const entry = pickleEntry(archive);
    const pickle = interpret(await archive.read(entry, MAX_PICKLE_BYTES));
    return describeZip(pickle, archive, entry.name.slice(0, -'data.pkl'.length));
  } catch (error) {
    if (error instanceof ZipError) throw new HeaderError('zip-malformed', `The zip archive cannot be read: ${error.message}.`);
    throw error;
  }
}

function interpret(bytes: Uint8Array): Pickle {
  try {
    return parsePickle(bytes);
  } catch (error) {
    throw error instanceof PickleError ? pickleError(error) : error;
  }
}

export function pickleError({ message, at }: PickleError): HeaderError {
  return new HeaderError('pickle-malformed', `The pickle cannot be read: ${message} (at byte ${count(at)}).`);
}

/** `<name>/data.pkl`, at whatever depth it lies least. */
function pickleEntry({ entries }: ZipArchive): ZipEntry {
  const pickles = entries.filter(({ name }) => /(?:^|\/)data\.pkl$/.test(name));
  const depth = ({ name }: ZipEntry): number => name.split('/').length;
  const entry = pickles.toSorted((a, b) => depth(a) - depth(b))[0];
  if (entry !== undefined) return entry;
  const listed = entries.slice(0, 5).map(({ name }) => quote(name)).join(', ');
  throw new HeaderError('pickle-absent', `The zip archive holds no data.pkl, so it was not written by PyTorch; its ${count(entries.length)} files begin with ${listed || 'none'}.`);
}

function describeZip(pickle: Pickle, archive: ZipArchive, folder: string): TorchHeader {
  const storages = new Map<string, ZipEntry>();
  const prefix = `${folder}data/`;
  for (const entry of archive.entries) if (entry.name.startsWith(prefix)) storages.set(entry.name.slice(prefix.length), entry);
  const place = (tensor: StoredTensor): Place => {
    const entry = storages.get(tensor.storageKey);
    if (entry === undefined) throw new HeaderError('storage-absent', `Tensor ${quote(tensor.name)} lies in storage ${quote(tensor.storageKey)}, and the archive has no such file.`);
    return { start: entry.method === 0 ? entry.dataStart : null, size: entry.size };
  };
  return { ...describeTensors(pickle, place), expectedSize: null, isLegacy: false };
}

/** Where a storage lies in the file, or null where that cannot be told, and its size in bytes. */
export interface Place {
  readonly start: number | null;
  readonly size: number;
}

/** Turns the tensors of a pickle into columns. */
export function describeTensors(pickle: Pickle, place: (tensor: StoredTensor) => Place): Omit<TorchHeader, 'expectedSize' | 'isLegacy'> {
  const { tensors, path, unread } = findTensors(pickle.value);
  const builder = new ColumnBuilder(tensors.length);
  let hasOffsets = true;
  for (const tensor of tensors) {
    const { start, size } = place(tensor);
    if (start === null) hasOffsets = false;
    const bytes = checkedSize(tensor, size);
    for (const dim of tensor.shape) builder.dim(dim);
    const begin = (start ?? 0) + tensor.offset * itemBytes(tensor);
    builder.row(tensor.dtype, begin, begin + bytes);
  }
  return {
    columns: builder.columns(tensors.map(({ name }) => name)),
    storageKeys: tensors.map(({ storageKey }) => storageKey),
    hasOffsets,
    path,
    unsafeGlobals: pickle.globals.filter((global) => !isAllowedGlobal(global)).map((global) => global.path),
    unread,
  };
}

function itemBytes({ dtype }: StoredTensor): number {
  return (DTYPES[dtype]?.bits ?? 0) / 8;
}

/** Bytes that a tensor's elements take. @throws HeaderError where its view reaches beyond its storage, as PyTorch does */
function checkedSize(tensor: StoredTensor, storageBytes: number): number {
  const { name, shape, strides, offset } = tensor;
  const elements = shape.reduce((product, dim) => product * dim, 1);
  const last = elements === 0 ? -1 : shape.reduce((sum, dim, i) => sum + (dim - 1) * (strides[i] ?? 0), offset);
  const needed = (last + 1) * itemBytes(tensor);
  if (needed > storageBytes) {
    throw new HeaderError('tensor-invalid', `Tensor ${quote(name)}: shape [${shape.join(', ')}] in ${DTYPES[tensor.dtype]?.name ?? ''} reaches to byte ${count(needed)} of its storage, which has ${byteCount(storageBytes)}.`);
  }
  return elements * itemBytes(tensor);
}
