import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { exactSize, someNames, words } from '../words.ts';

interface Data {
  readonly files: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
  /** Whether the index (or nothing else than weights) lets the checkpoint be judged all the same. */
  readonly judged: boolean;
}

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 117465520\n`;

export const pointerNotWeights = defineRule<Data>({
  id: 'pointer-not-weights',
  severity: 'error',
  summary: 'A Git LFS pointer lies where the file should be.',
  why: 'A pointer is 130 bytes of text that name the real file. A loader that is given it stops, or takes it for a broken file.',
  how: 'The file begins with `version https://git-lfs`. An error where what it stands for cannot be judged; a warning where all the weights of a working copy are pointers and the index still tells what is in them.',
  sources: ['microsoft/OmniParser#34'],
  detect({ checkpoint, weightsElsewhere }) {
    const pointers = checkpoint.problems.flatMap((problem) => (problem.kind === 'pointer' ? [problem] : []));
    const documents = pointers.filter(({ path }) => path.endsWith('.json'));
    const weights = pointers.filter(({ path }) => !path.endsWith('.json'));
    return [weights, documents].flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const judged = group === weights && weightsElsewhere;
      return [{
        data: { files: group.map(({ path }) => path), bytes: group.reduce((sum, { size }) => sum + size, 0), sha256: first.sha256, judged },
        severity: judged ? ('warning' as const) : ('error' as const),
        parameters: [],
        location: { path: first.path, line: null },
      }];
    });
  },
  words(data) {
    const one = data.files.length === 1;
    return {
      title: one ? prose`${data.files[0] ?? ''} is a Git LFS pointer` : prose`${data.files.length} files are Git LFS pointers`,
      message: prose`${someNames(data.files)} ${[one ? 'stands' : 'stand']} for ${exactSize(data.bytes)} that are not here${one ? prose` (sha256 ${data.sha256.slice(0, 12)})` : words('')}.${[data.judged ? ' What the index and the sizes tell was judged; the weights were not seen.' : '']}`,
      cause: prose`Checked out or uploaded without ${'git lfs'}.`,
      fix: { steps: prose`Fetch the real ${[one ? 'file' : 'files']} before you load or upload.`, code: { language: 'shell', text: 'git lfs install\ngit lfs pull' } },
    };
  },
  examples: () => ({
    fires: [{ name: 'The weights are a pointer', checkpoint: { config: llama().config, tensors: {}, files: { 'model.safetensors': POINTER } } }],
    silent: [{ name: 'Weights', checkpoint: llama() }],
  }),
});
