import type { ByteReader } from '../bytes/reader.ts';
import { readGgufHeader } from '../format/gguf.ts';
import type { Head } from './head.ts';

/** Longer values of a GGUF header are no facts of the model: chat templates, licences. */
const MAX_VALUE_CHARACTERS = 200;

/** Reads the head of a GGUF file; its plain values become the metadata. @throws HeaderError */
export async function ggufHead(reader: ByteReader): Promise<Head> {
  const { columns, fields, headerBytes, minimumSize, actualSize } = await readGgufHeader(reader);
  const plain = [...fields].flatMap(([key, value]): [string, string][] => {
    const text = typeof value === 'object' ? null : String(value);
    return text === null || text.length > MAX_VALUE_CHARACTERS ? [] : [[key, text]];
  });
  return {
    columns,
    shared: [],
    hasData: true,
    headerBytes,
    metadata: Object.fromEntries(plain),
    problems: actualSize < minimumSize ? [{ kind: 'truncated', expectedSize: minimumSize, actualSize }] : [],
  };
}
