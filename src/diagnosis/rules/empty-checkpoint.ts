import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { llama } from '../examples.ts';

interface Data {
  readonly file: string;
  readonly size: number;
}

export const emptyCheckpoint = defineRule<Data>({
  id: 'empty-checkpoint',
  severity: 'error',
  summary: 'The file is well formed and holds no tensor.',
  why: 'It loads without an error and changes nothing: an adapter without weights is the base model.',
  how: 'Every head of the checkpoint was read, and together they list no tensor.',
  sources: ['huggingface/peft#2892', 'huggingface/trl#4416'],
  detect({ checkpoint, losses }) {
    const [first] = checkpoint.shards;
    if (first === undefined || checkpoint.tensors.length > 0 || checkpoint.parts.some((part) => part.state !== 'read')) return [];
    return [{ data: { file: first.path, size: first.size }, parameters: losses.all.map(({ name }) => name), location: { path: first.path, line: null } }];
  },
  words(data) {
    return {
      title: prose`${data.file} holds no tensor`,
      message: prose`The file is well formed and ${data.size} bytes long, with nothing in it.`,
      cause: prose`Saved with an empty state dict: from a rank that held nothing, or with names that fitted no parameter.`,
      fix: { steps: prose`Save again from rank 0 with the full state gathered.`, code: null },
    };
  },
  examples: () => ({ fires: [{ name: 'Nothing in it', checkpoint: { config: llama().config, tensors: {} } }], silent: [{ name: 'A sound save', checkpoint: llama() }] }),
});
