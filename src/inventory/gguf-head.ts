import type { ByteReader } from '../bytes/reader.ts';
import { readGgufHeader } from '../format/gguf.ts';
import type { Head } from './head.ts';

/** Longer values of a GGUF header are no facts of the model: chat templates, licences. */
const MAX_VALUE_CHARACTERS = 200;

/** How the metadata tell of a setting that is a list with a value for each layer, of which only the number is known. */
export const LAYER_LIST = 'a list of ';

/** Reads the head of a GGUF file; its plain values become the metadata. @throws HeaderError */
export async function ggufHead(reader: ByteReader): Promise<Head> {
  const { columns, fields, headerBytes, minimumSize, actualSize } = await readGgufHeader(reader);
  const blocks = fields.get(`${String(fields.get('general.architecture'))}.block_count`);
  const plain = [...fields].flatMap(([key, value]): [string, string][] => {
    const isByLayer = typeof value === 'object' && typeof blocks === 'number' && value.arrayLength === blocks;
    const text = isByLayer ? `${LAYER_LIST}${blocks}` : typeof value === 'object' ? null : String(value);
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
