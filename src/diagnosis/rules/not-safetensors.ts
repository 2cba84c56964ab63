import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { someNames, words } from '../words.ts';

interface Data {
  readonly files: readonly string[];
  readonly what: string;
}

export const notSafetensors = defineRule<Data>({
  id: 'not-safetensors',
  severity: 'error',
  summary: 'The file is something else than its name says, or empty.',
  why: 'No loader can read it: a renamed PyTorch file, an error page saved as weights, a file that was created and never written.',
  how: 'The first bytes are those of another format, or there are none.',
  sources: ['huggingface/safetensors#414'],
  detect({ checkpoint }) {
    const byContent = new Map<string, string[]>();
    for (const problem of checkpoint.problems) {
      if (problem.kind !== 'other-content' && problem.kind !== 'empty-file') continue;
      const what = problem.kind === 'empty-file' ? '' : problem.what;
      byContent.set(what, [...(byContent.get(what) ?? []), problem.path]);
    }
    return [...byContent].map(([what, files]) => ({ data: { files, what }, parameters: [], location: { path: files[0] ?? '', line: null } }));
  },
  words(data) {
    const one = data.files.length === 1;
    const is = data.what === '' ? words(one ? 'is empty (0 bytes)' : 'are empty (0 bytes each)') : [one ? 'is ' : 'are each ', data.what];
    return {
      title: one ? prose`${data.files[0] ?? ''} ${is}` : prose`${data.files.length} files of weights ${is}`,
      message: one ? prose`It holds no weights: loaders refuse it.` : prose`${someNames(data.files)} hold no weights. Loaders refuse them.`,
      cause: data.what === '' ? prose`The file was created and its content never written or uploaded.` : null,
      fix: { steps: data.what === '' ? prose`Upload the content again.` : /^(?:text|an HTML)/.test(data.what) ? prose`Download or copy the real file: what lies here is what a server, or somebody, wrote in its place.` : prose`Save the model with ${'save_pretrained(…, safe_serialization=True)'} rather than renaming a file; if it is an error page, download it again.`, code: null },
    };
  },
  examples: () => ({
    fires: [
      { name: 'An error page under the name of weights', checkpoint: { config: llama().config, tensors: {}, files: { 'model.safetensors': '<!DOCTYPE html><html><body>404</body></html>' } } },
      { name: 'Created and never written', checkpoint: { config: llama().config, tensors: {}, files: { 'model.safetensors': '' } } },
    ],
    silent: [{ name: 'Weights', checkpoint: llama() }],
  }),
});
