import { parseProgressively } from '../bytes/progressive.ts';
import type { ByteReader } from '../bytes/reader.ts';
import { HeaderError } from './header-error.ts';
import { MAX_PROGRESSIVE_BYTES, PROGRESSIVE_READ_BYTES } from './limits.ts';
import { PickleTuple } from './pickle-values.ts';
import { parsePickle, PickleError, type Pickle } from './pickle.ts';
import { quote } from './quote.ts';
import { storageItemBytes } from './torch-tensors.ts';
import { describeTensors, pickleError, type Place, type TorchHeader } from './torch.ts';

/** The number that the first pickle of a legacy file holds (`torch.serialization.MAGIC_NUMBER`). */
const MAGIC = 0x1950a86a20f9469cfc6cn;
/** Before each storage's elements stands their number. */
const COUNT_BYTES = 8;

/**
 * Reads the head of a PyTorch file from before 1.6, which is not a zip archive: five pickles in a row (magic number,
 * protocol, system, the object, the keys of its storages), then the storages.
 * @throws HeaderError, and what the reader throws
 */
export async function readTorchLegacy(reader: ByteReader): Promise<TorchHeader> {
  return await parseProgressively(reader, PROGRESSIVE_READ_BYTES, MAX_PROGRESSIVE_BYTES, parseLegacy);
}

function parseLegacy(bytes: Uint8Array, isAll: boolean): TorchHeader | null {
  try {
    const magic = parsePickle(bytes);
    if (magic.value !== MAGIC) throw new HeaderError('not-torch', 'The file is a Python pickle, but not of the kind that PyTorch writes: it does not begin with its magic number.');
    const protocol = parsePickle(bytes, magic.end);
    const system = parsePickle(bytes, protocol.end);
    const object = parsePickle(bytes, system.end);
    return describe(object, parsePickle(bytes, object.end));
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    if (error.isBrokenOff && !isAll) return null;
    throw pickleError(error);
  }
}

function describe(object: Pickle, keys: Pickle): TorchHeader {
  const sizes = storageSizes(object);
  const places = new Map<string, Place>();
  let at: number | null = keys.end;
  for (const key of Array.isArray(keys.value) ? keys.value : []) {
    if (typeof key !== 'string') throw new HeaderError('pickle-malformed', 'The list of storages holds something that is no key.');
    const size: number | null = sizes.get(key) ?? null;
    // Behind a storage of unknown size nothing can be placed.
    places.set(key, { start: at === null ? null : at + COUNT_BYTES, size: size ?? Infinity });
    at = at === null || size === null ? null : at + COUNT_BYTES + size;
  }
  const described = describeTensors(object, ({ name, storageKey }) => {
    const place = places.get(storageKey);
    if (place === undefined) throw new HeaderError('storage-absent', `Tensor ${quote(name)} lies in storage ${quote(storageKey)}, which the file does not list.`);
    return place;
  });
  return { ...described, expectedSize: at, isLegacy: true };
}

/** Bytes of each storage that the pickle refers to: `('storage', type, key, device, count, view)`. */
function storageSizes({ persistents }: Pickle): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { id } of persistents) {
    const [, type = null, key, , elements] = id instanceof PickleTuple ? id.items : [];
    const item = storageItemBytes(type);
    if (typeof key === 'string' && typeof elements === 'number' && item !== null) sizes.set(key, elements * item);
  }
  return sizes;
}
