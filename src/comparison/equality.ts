import type { Checkpoint } from '../inventory/checkpoint.ts';

/** Whether two stored tensors hold the same values. `likely-equal`: every sample agreed. `unknown`: there are no bytes to look at. */
export type Equality = 'equal' | 'likely-equal' | 'different' | 'unknown';

/** Bytes compared at a time where all are read. */
const CHUNK = 4 * 1024 * 1024;
/** Remote tensors are compared by this many ranges of this many bytes, spread evenly, the ends included. */
const SAMPLES = 8;
const SAMPLE_BYTES = 4096;

/** Compares the bytes of two tensors: all of them on this machine, sampled ranges elsewhere, where a difference is proof and equality is likely. */
export async function compareBytes(checkpoint: Checkpoint, a: number, b: number): Promise<Equality> {
  const { tensors, readTensor } = checkpoint;
  if (tensors.dtype(a) !== tensors.dtype(b) || !tensors.sameShape(a, tensors, b)) return 'different';
  const size = tensors.bytes(a);
  if (size !== tensors.bytes(b)) return 'different';
  if (readTensor === null) return 'unknown';
  const agree = async ([start, end]: readonly [number, number]): Promise<boolean> => {
    const [left, right] = await Promise.all([readTensor(a, start, end), readTensor(b, start, end)]);
    return Buffer.compare(left, right) === 0;
  };
  try {
    if (checkpoint.isLocal) {
      for (const range of allRanges(size)) if (!(await agree(range))) return 'different';
    } else {
      // A remote sample costs a round trip: the first alone, since it tells most heads apart, then the rest at the same time.
      const [first, ...rest] = sampleRanges(size);
      if (first !== undefined && !(await agree(first))) return 'different';
      if ((await Promise.all(rest.map(agree))).includes(false)) return 'different';
    }
  } catch {
    // A file that is cut short or a server that fails has its own finding; the values are merely unknown.
    return 'unknown';
  }
  return checkpoint.isLocal || size <= SAMPLES * SAMPLE_BYTES ? 'equal' : 'likely-equal';
}

function* allRanges(size: number): Generator<readonly [number, number]> {
  for (let start = 0; start < size; start += CHUNK) yield [start, Math.min(size, start + CHUNK)];
}

function* sampleRanges(size: number): Generator<readonly [number, number]> {
  if (size <= SAMPLES * SAMPLE_BYTES) {
    yield [0, size];
    return;
  }
  for (let i = 0; i < SAMPLES; i++) {
    const start = Math.floor(((size - SAMPLE_BYTES) * i) / (SAMPLES - 1));
    yield [start, start + SAMPLE_BYTES];
  }
}
