import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { someNames } from '../words.ts';

interface Data {
  readonly files: readonly string[];
  /** Whether a header has metadata, and only no `format` in it. */
  readonly refused: boolean;
}

/** Writes the files anew under the same names, with what metadata they have. */
const SCRIPT = [
  '# Run in the checkpoint\'s folder.', 'import glob, os', 'from safetensors import safe_open', 'from safetensors.torch import save_file', '',
  'for path in glob.glob("*.safetensors"):', '    with safe_open(path, "pt") as file:', '        tensors = {name: file.get_tensor(name) for name in file.keys()}',
  '        metadata = {**(file.metadata() or {}), "format": "pt"}', '    save_file(tensors, f"{path}.new", metadata=metadata)', '    os.replace(f"{path}.new", path)',
].join('\n');

export const metadataFormatMissing = defineRule<Data>({
  id: 'metadata-format-missing',
  severity: 'warning',
  summary: 'The header does not say for which framework it was written.',
  why: 'transformers 4.57 refuses a file whose metadata lacks `format`; earlier releases of 4 also stumble over one without any metadata. transformers 5 and vLLM take both.',
  how: 'The header has no `__metadata__`, or one without `format`. What each release does was settled by running it.',
  sources: ['huggingface/safetensors#549'],
  detect({ checkpoint }) {
    if (checkpoint.format !== 'safetensors') return [];
    const files = checkpoint.shards.filter(({ path, metadata }) => path.endsWith('.safetensors') && metadata?.['format'] === undefined).map(({ path }) => path);
    const refused = checkpoint.shards.some(({ path, metadata }) => files.includes(path) && metadata !== null);
    return files.length === 0 ? [] : [{ data: { files, refused }, parameters: [], location: { path: files[0] ?? '', line: null } }];
  },
  words(data) {
    return {
      title: prose`${data.files.length === 1 ? [{ code: data.files[0] ?? '' }] : prose`${data.files.length} files`} ${[data.files.length === 1 ? 'lacks' : 'lack']} ${'format'} in the metadata`,
      message: data.refused
        ? prose`${someNames(data.files)}: transformers 4.57 refuses a file whose metadata does not say ${'"format": "pt"'}.`
        : prose`${someNames(data.files)}: there is no metadata at all. transformers 4.57 and 5 take it for PyTorch's; earlier releases of 4 do not.`,
      cause: prose`Written with ${'save_file'} and no metadata.`,
      fix: { steps: prose`Name the format when saving (${'save_file(tensors, path, metadata={"format": "pt"})'}); files that are there are written anew by this:`, code: { language: 'python', text: SCRIPT } },
    };
  },
  examples: () => ({
    fires: [
      { name: 'Saved without metadata', checkpoint: { ...llama(), metadata: null } },
      { name: 'Saved with metadata of one\'s own', checkpoint: { ...llama(), metadata: { step: '1000' } } },
    ],
    silent: [{ name: 'Saved by transformers', checkpoint: llama() }],
  }),
});
