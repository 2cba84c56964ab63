import { DTYPES } from '../../../src/format/dtype.ts';

/** Tensors to write: name → [dtype, shape], in the order in which they lie in the file. */
export type Tensors = Readonly<Record<string, readonly [dtype: string, shape: readonly number[]]>>;

/** Bytes that a tensor takes. */
export function tensorBytes([dtype, shape]: readonly [string, readonly number[]]): number {
  const bits = DTYPES.find(({ name }) => name === dtype)?.bits;
  if (bits === undefined) throw new RangeError(`no dtype ${dtype}`);
  return (shape.reduce((product, dim) => product * dim, 1) * bits) / 8;
}

/**
 * The head of a safetensors file, padded as the reference implementation pads it, and the size of the whole file.
 * @param metadata `__metadata__`; null for none
 */
export function safetensorsHead(tensors: Tensors, metadata: Readonly<Record<string, string>> | null = { format: 'pt' }): { head: Uint8Array; size: number } {
  // Without a prototype, so that a tensor can have any name.
  const header: Record<string, unknown> = Object.assign(Object.create(null), metadata === null ? {} : { __metadata__: metadata });
  let end = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    const begin = end;
    end += tensorBytes(tensor);
    header[name] = { dtype: tensor[0], shape: tensor[1], data_offsets: [begin, end] };
  }
  const head = withLength(JSON.stringify(header));
  return { head, size: head.length + end };
}

/** A header's text behind its length, padded with spaces to a multiple of 8 bytes. */
export function withLength(text: string): Uint8Array {
  const json = Buffer.from(text, 'utf8');
  const padded = Math.ceil(json.length / 8) * 8;
  const head = Buffer.alloc(8 + padded, ' ');
  head.writeBigUInt64LE(BigInt(padded));
  json.copy(head, 8);
  return head;
}
