import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { words } from '../words.ts';

interface Data {
  readonly path: string;
  readonly message: string;
  readonly harmless: boolean;
}

export const malformedHeader = defineRule<Data>({
  id: 'malformed-header',
  severity: 'error',
  summary: 'The head of a file breaks the rules of its format.',
  why: 'Loaders refuse the file; or, where they are lenient, read other tensors than were meant.',
  how: 'Every rule of the reference reader is checked, and two that it leaves to chance: names that stand twice and numbers beyond 2^53. What the reference reader accepts against its own description (white space before the header) is a warning.',
  sources: ['huggingface/safetensors#414'],
  detect({ checkpoint }) {
    return checkpoint.problems.flatMap((problem) => {
      if (problem.kind !== 'malformed-header' && problem.kind !== 'header-warning') return [];
      const harmless = problem.kind === 'header-warning';
      return [{ data: { path: problem.path, message: problem.message, harmless }, severity: harmless ? ('warning' as const) : ('error' as const), parameters: [], location: { path: problem.path, line: null } }];
    });
  },
  words(data) {
    return {
      title: data.harmless ? prose`The head of ${data.path} bends the rules` : prose`The head of ${data.path} is broken`,
      message: words(data.message),
      cause: null,
      fix: data.harmless ? null : { steps: prose`Save the file again with the ${'safetensors'} library; if it was written by another tool, report it there.`, code: null },
    };
  },
  examples: () => ({
    fires: [{ name: 'A header that is no JSON', checkpoint: { config: llama().config, tensors: {}, files: { 'model.safetensors': '\u0010\0\0\0\0\0\0\0{"a": not json  }' } } }],
    silent: [{ name: 'Well formed', checkpoint: llama() }],
  }),
});
