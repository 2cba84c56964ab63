import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { someNames } from '../words.ts';

interface Data {
  readonly files: readonly string[];
}

export const metadataFormatMissing = defineRule<Data>({
  id: 'metadata-format-missing',
  severity: 'warning',
  summary: 'The header does not say for which framework it was written.',
  why: 'transformers 4 refuses such a file; transformers 5 and vLLM take it.',
  how: '`__metadata__` has no `format`.',
  sources: ['huggingface/safetensors#549'],
  detect({ checkpoint }) {
    if (checkpoint.format !== 'safetensors') return [];
    const files = checkpoint.shards.filter(({ path, metadata }) => path.endsWith('.safetensors') && metadata?.['format'] === undefined).map(({ path }) => path);
    return files.length === 0 ? [] : [{ data: { files }, parameters: [], location: { path: files[0] ?? '', line: null } }];
  },
  words(data) {
    return {
      title: prose`${data.files.length === 1 ? [{ code: data.files[0] ?? '' }] : prose`${data.files.length} files`} lack ${'format'} in the metadata`,
      message: prose`${someNames(data.files)}: transformers 4 refuses a file whose header does not say ${'{"format": "pt"}'}.`,
      cause: prose`Written with ${'save_file'} and no metadata.`,
      fix: { steps: prose`Name the format when saving.`, code: { language: 'python', text: 'save_file(tensors, path, metadata={"format": "pt"})' } },
    };
  },
  examples: () => ({
    fires: [{ name: 'Saved without metadata', checkpoint: { ...llama(), metadata: null } }],
    silent: [{ name: 'Saved by transformers', checkpoint: llama() }],
  }),
});
