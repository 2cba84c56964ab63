import { llama } from '../examples.ts';
import { indexAgreement } from '../index-agreement.ts';
import { prose } from '../prose.ts';
import type { Prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { someNames, words } from '../words.ts';

interface Data {
  readonly index: string;
  /** In the index, not in the file that it names. */
  readonly lacking: readonly string[];
  /** In a file, not in the index. */
  readonly unlisted: readonly string[];
}

export const indexMismatch = defineRule<Data>({
  id: 'index-mismatch',
  severity: 'error',
  summary: 'The index and the shards disagree.',
  why: 'transformers 4 and vLLM trust the index, transformers 5 loads whole shards: the same files are two models. A tensor that the index does not list is not loaded by the former and starts from random numbers.',
  how: 'Every entry of the index is looked up in the head of the file that it names, and every stored tensor in the index.',
  sources: ['huggingface/huggingface_hub#4725', 'vllm-project/vllm#57108'],
  detect({ checkpoint, losses, comparison, inner }) {
    const { index, tensors } = checkpoint;
    if (index === null) return [];
    const agreement = indexAgreement(checkpoint);
    const told = new Set(losses.head.map(({ name }) => name));
    const lacking = agreement.lacking.filter((name) => !told.has(name));
    const unlisted = [...agreement.unlisted].map((row) => tensors.name(row));
    if (lacking.length === 0 && unlisted.length === 0) return [];
    // What the model has no use for does no harm by being listed, or unlisted.
    const ballast = new Set(inner.unexpected.map(({ name }) => name));
    const needed = new Set(comparison.missing.map(({ name }) => name));
    const harmful = lacking.some((name) => tensors.has(name) || needed.has(name)) || unlisted.some((name) => !ballast.has(name));
    return [{ severity: harmful ? ('error' as const) : ('warning' as const), data: { index: index.path, lacking, unlisted }, parameters: [...lacking, ...unlisted], location: { path: index.path, line: null } }];
  },
  words(data) {
    const parts: Prose[] = [];
    if (data.lacking.length > 0) parts.push(prose`It places ${someNames(data.lacking)} in files that do not hold ${[data.lacking.length === 1 ? 'it' : 'them']}.`);
    if (data.unlisted.length > 0) parts.push(prose`It does not list ${someNames(data.unlisted)}, which ${[data.unlisted.length === 1 ? 'is' : 'are']} stored: transformers 4 and vLLM do not load ${[data.unlisted.length === 1 ? 'it' : 'them']}.`);
    return {
      title: prose`${data.index} and the shards disagree`,
      message: parts.flatMap((part, i) => [...(i === 0 ? [] : words(' ')), ...part]),
      cause: prose`Index and shards are of different saves, or a shard was edited by hand.`,
      fix: { steps: prose`Save again into an empty folder, so that index and shards belong together.`, code: null },
    };
  },
  examples: () => {
    const sound = llama();
    const names = Object.keys(sound.tensors);
    const shards = { 'model-00001-of-00002.safetensors': names.slice(0, 8), 'model-00002-of-00002.safetensors': names.slice(8) };
    const map = Object.fromEntries(Object.entries(shards).flatMap(([file, list]) => list.map((name) => [name, file])));
    const { 'model.norm.weight': _, ...without } = map;
    const index = (weights: Readonly<Record<string, string>>): string => JSON.stringify({ metadata: { total_size: 266880 }, weight_map: weights });
    return {
      fires: [
        { name: 'A stored tensor that the index does not list', checkpoint: { ...sound, shards, files: { 'model.safetensors.index.json': index(without) } }, base: sound },
        { name: 'The index lists one that its shard lacks', checkpoint: { ...sound, shards, files: { 'model.safetensors.index.json': index({ ...map, 'model.extra.weight': 'model-00001-of-00002.safetensors' }) } }, base: sound },
      ],
      silent: [{ name: 'They agree', checkpoint: { ...sound, shards }, base: sound }],
    };
  },
});
