import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { exactSize } from '../words.ts';

interface Data {
  readonly path: string;
  readonly expected: number;
  readonly actual: number;
}

export const fileTrailingBytes = defineRule<Data>({
  id: 'file-trailing-bytes',
  severity: 'error',
  summary: 'A file goes on after its last tensor.',
  why: 'The reference reader refuses such a file. Something was written over or after it.',
  how: '8 bytes, the header\'s length, and the end of the last tensor add up to less than the file\'s size.',
  sources: ['huggingface/safetensors#414'],
  detect({ checkpoint }) {
    return checkpoint.problems.flatMap((problem) =>
      problem.kind === 'trailing-bytes' ? [{ data: { path: problem.path, expected: problem.expectedSize, actual: problem.actualSize }, parameters: [], location: { path: problem.path, line: null } }] : [],
    );
  },
  words(data) {
    return {
      title: prose`${data.path} has bytes after its last tensor`,
      message: prose`Its header accounts for ${exactSize(data.expected)}; the file has ${exactSize(data.actual - data.expected)} more. Loaders refuse it.`,
      cause: prose`A shorter file was written over a longer one, or something was appended.`,
      fix: { steps: prose`Save the file again to a new name, and upload that.`, code: null },
    };
  },
  examples: () => ({
    fires: [{ name: 'Sixteen bytes too many', checkpoint: { ...llama(), resize: { 'model.safetensors': 16 } } }],
    silent: [{ name: 'Whole', checkpoint: llama() }],
  }),
});
