import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { enclosedSize, someNames } from '../words.ts';

interface Data {
  readonly files: readonly string[];
  readonly bytes: number;
}

export const staleFiles = defineRule<Data>({
  id: 'stale-files',
  severity: 'warning',
  summary: 'Weights of an earlier save lie beside the new ones.',
  why: 'They are downloaded with the rest, and tools that glob for `*.safetensors` load them over the new ones.',
  how: 'There are two `-of-N` sets, shards beside a single file, or files that the index does not name.',
  sources: ['unslothai/unsloth-zoo#808'],
  detect({ checkpoint }) {
    const stale = checkpoint.strays.filter(({ why }) => why === 'other-save' || why === 'not-in-index');
    const [first] = stale;
    if (first === undefined) return [];
    return [{ data: { files: stale.map(({ path }) => path), bytes: stale.reduce((sum, { size }) => sum + size, 0) }, parameters: [], location: { path: first.path, line: null } }];
  },
  words(data) {
    const one = data.files.length === 1;
    return {
      title: one ? prose`${data.files[0] ?? ''} is not part of the checkpoint` : prose`${data.files.length} files are not part of the checkpoint`,
      message: prose`${someNames(data.files)} (${enclosedSize(data.bytes)}) ${[one ? 'lies' : 'lie']} beside the weights. transformers passes ${[one ? 'it' : 'them']} over; tools that take every file of weights do not.`,
      cause: prose`The checkpoint was saved over an earlier one that had other files.`,
      fix: { steps: prose`Delete ${[one ? 'it' : 'them']}, and save into an empty folder next time.`, code: null },
    };
  },
  examples: () => {
    const sound = llama();
    const names = Object.keys(sound.tensors);
    const shards = { 'model-00001-of-00002.safetensors': names.slice(0, 8), 'model-00002-of-00002.safetensors': names.slice(8), 'model-00003-of-00003.safetensors': names.slice(0, 1) };
    const map = Object.fromEntries(Object.entries(shards).slice(0, 2).flatMap(([file, list]) => list.map((name) => [name, file])));
    return {
      fires: [{ name: 'A shard of an earlier save in three', checkpoint: { ...sound, shards, files: { 'model.safetensors.index.json': JSON.stringify({ metadata: { total_size: 266880 }, weight_map: map }) } } }],
      silent: [{ name: 'One save', checkpoint: sound }],
    };
  },
});
