import type { Problem } from '../../inventory/checkpoint.ts';
import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { exactSize, words } from '../words.ts';

interface Data {
  readonly index: string;
  /** As written; null where it is absent or no number. */
  readonly stated: number | null;
  readonly actual: number;
  readonly exact: boolean;
  /** Whether there is a `metadata` to state it in. */
  readonly hasMetadata: boolean;
}

/** Names, shapes and offsets take at most about this many bytes of a header for each tensor. */
const HEADER_BYTES_PER_TENSOR = 200;

/** Problems of files of which the size is not what the weights have. */
const DISPLACED: ReadonlySet<Problem['kind']> = new Set(['other-content', 'malformed-header', 'truncated', 'trailing-bytes', 'unreachable']);

export const indexTotalSize = defineRule<Data>({
  id: 'index-total-size',
  severity: 'warning',
  summary: 'The index states another total size than the tensors have.',
  why: 'Loaders plan memory by it. A wrong one is harmless by itself, and often the trace of an index from another save. Without any `metadata` transformers stops (`KeyError: \'metadata\'`).',
  how: '`metadata.total_size` is compared with the sum of the tensors\' bytes; where only pointers are there, with the sum of their sizes, less what headers take.',
  sources: ['huggingface/transformers#27263'],
  detect({ checkpoint }) {
    const { index, tensors, parts, shards } = checkpoint;
    if (index === null || parts.some(({ size }) => size === null || size === 0)) return [];
    // What stands in the place of a file has a size of its own, which says nothing of the total.
    if (index.hasMetadata && checkpoint.problems.some(({ kind, path }) => DISPLACED.has(kind) && parts.some((part) => part.path === path))) return [];
    const exact = parts.every(({ state }) => state === 'read') && checkpoint.problems.length === 0;
    let actual = 0;
    if (exact) for (let row = 0; row < tensors.length; row++) actual += tensors.bytes(row);
    else for (const { size } of parts) actual += size ?? 0;
    const stated = typeof index.totalSize === 'number' ? index.totalSize : null;
    const slack = exact && checkpoint.format === 'safetensors' ? 0 : HEADER_BYTES_PER_TENSOR * (index.weightMap.size + shards.length + 1) + actual / 1000;
    if (stated !== null && Math.abs(stated - actual) <= slack) return [];
    return [{ severity: index.hasMetadata ? ('warning' as const) : ('error' as const), data: { index: index.path, stated, actual, exact, hasMetadata: index.hasMetadata }, parameters: [], location: { path: index.path, line: null } }];
  },
  words(data) {
    if (!data.hasMetadata) {
      return {
        title: prose`${data.index} has no ${'metadata'}`,
        message: prose`transformers stops at an index without ${'metadata'} (${"KeyError: 'metadata'"}), in release 4 as in 5.`,
        cause: prose`The index was written by another tool than the one that saves checkpoints.`,
        fix: { steps: prose`Put the sum of the tensors' bytes into it, or save again.`, code: { language: 'json', text: `"metadata": { "total_size": ${data.actual} }` } },
      };
    }
    const what = data.stated === null ? words('states no total size') : prose`states a total of ${exactSize(data.stated)}`;
    return {
      title: prose`${data.index} ${[data.stated === null ? 'states no total size' : 'states a wrong total size']}`,
      message: prose`It ${what}; the tensors have ${[data.exact ? '' : 'about ']}${exactSize(data.actual)}.`,
      cause: null,
      fix: { steps: prose`Put the sum into ${'metadata.total_size'}, or save again.`, code: null },
    };
  },
  examples: () => {
    const sound = llama();
    const names = Object.keys(sound.tensors);
    const shards = { 'model-00001-of-00002.safetensors': names.slice(0, 8), 'model-00002-of-00002.safetensors': names.slice(8) };
    const map = Object.fromEntries(Object.entries(shards).flatMap(([file, list]) => list.map((name) => [name, file])));
    return {
      fires: [
        { name: 'A total of 0', checkpoint: { ...sound, shards, files: { 'model.safetensors.index.json': JSON.stringify({ metadata: { total_size: 0 }, weight_map: map }) } } },
        { name: 'No metadata at all', checkpoint: { ...sound, shards, files: { 'model.safetensors.index.json': JSON.stringify({ weight_map: map }) } } },
      ],
      silent: [
        { name: 'The sum', checkpoint: { ...sound, shards } },
        { name: 'A web page in the place of a shard', checkpoint: { ...sound, shards, files: { 'model-00002-of-00002.safetensors': '<!DOCTYPE html>\n<title>403</title>\n' } } },
      ],
    };
  },
});
