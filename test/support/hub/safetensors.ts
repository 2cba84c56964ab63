/** Bits of the types that tests use. */
const BITS: Readonly<Record<string, number>> = { U8: 8, F16: 16, BF16: 16, F32: 32 };

/**
 * Writes a safetensors file with zeros for data.
 * @param tensors name → type and shape
 */
export function safetensors(tensors: Readonly<Record<string, readonly [string, readonly number[]]>>, metadata: Readonly<Record<string, string>> = { format: 'pt' }): Buffer {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, [dtype, shape]] of Object.entries(tensors)) {
    const begin = end;
    end += (shape.reduce((count, dim) => count * dim, 1) * (BITS[dtype] ?? 8)) / 8;
    header[name] = { dtype, shape, data_offsets: [begin, end] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(end)]);
}
