import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { words } from '../words.ts';

interface Data {
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
}

export const malformedJson = defineRule<Data>({
  id: 'malformed-json',
  severity: 'error',
  summary: 'A config or index cannot be parsed.',
  why: 'Loaders stop at it. Without the config the class is unknown, without the index the shards are.',
  how: 'The file is parsed as Python\'s `json` does it (`NaN` and `Infinity` included); markers of an unresolved merge and second documents are recognised.',
  sources: ['huggingface/huggingface_hub#4725'],
  detect({ checkpoint }) {
    return checkpoint.problems.flatMap((problem) =>
      problem.kind === 'malformed-json' ? [{ data: { path: problem.path, line: problem.line, message: problem.message }, parameters: [], location: { path: problem.path, line: problem.line } }] : [],
    );
  },
  words(data) {
    return {
      title: prose`${data.path} cannot be parsed`,
      message: prose`${data.line === null ? words('') : prose`Line ${data.line}: `}${[data.message]}`,
      cause: null,
      fix: { steps: prose`Repair the file, or take it from the last sound save.`, code: null },
    };
  },
  examples: () => ({
    fires: [{ name: 'A merge left unresolved', checkpoint: { ...llama(), files: { 'config.json': '{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> other\n}\n' } } }],
    silent: [{ name: 'Sound', checkpoint: llama() }],
  }),
});
