import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { someNames } from '../words.ts';

interface Data {
  readonly path: string;
  readonly globals: readonly string[];
}

export const unsafePickle = defineRule<Data>({
  id: 'unsafe-pickle',
  severity: 'warning',
  summary: 'A PyTorch file asks for code that loading weights does not need.',
  why: 'Unpickling runs what the file names. `torch.load` refuses such a file unless it is told to trust it, and trusting it may run anything.',
  how: 'The pickle is read without running anything; names outside the list that tensors need are reported.',
  sources: ['huggingface/safetensors#414'],
  detect({ checkpoint }) {
    return checkpoint.problems.flatMap((problem) =>
      problem.kind === 'unsafe-pickle' ? [{ data: { path: problem.path, globals: problem.globals }, parameters: [], location: { path: problem.path, line: null } }] : [],
    );
  },
  words(data) {
    return {
      title: prose`${data.path} asks for code beyond tensors`,
      message: prose`Its pickle names ${someNames(data.globals)}. ${'torch.load'} refuses it unless told to trust the file; Headcheck ran none of it.`,
      cause: prose`More than a state dict was saved: a whole module, an optimizer, arguments.`,
      fix: { steps: prose`Save the state dict alone, as safetensors.`, code: { language: 'python', text: 'model.save_pretrained("repaired", safe_serialization=True)' } },
    };
  },
  examples: () => ({ fires: [], silent: [{ name: 'safetensors', checkpoint: llama() }] }),
});
