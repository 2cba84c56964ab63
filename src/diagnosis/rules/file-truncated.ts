import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { exactSize, someNames, words } from '../words.ts';

interface Data {
  readonly path: string;
  readonly expected: number;
  readonly actual: number;
  readonly cut: readonly string[];
  /** Whether not even the header is whole: then the sizes are the header's. */
  readonly isHeaderCut: boolean;
}

export const fileTruncated = defineRule<Data>({
  id: 'file-truncated',
  severity: 'error',
  summary: 'A file ends before its data does.',
  why: 'Loaders refuse the file. The tensors at its end are not whole.',
  how: '8 bytes, the header\'s length, and the end of the last tensor add up to more than the file\'s size; or the header alone does.',
  sources: ['huggingface/safetensors#414'],
  detect({ checkpoint }) {
    const { tensors, shards } = checkpoint;
    return checkpoint.problems.flatMap((problem) => {
      if (problem.kind !== 'truncated') return [];
      const shard = shards.findIndex(({ path }) => path === problem.path);
      const cut: string[] = [];
      for (let row = 0; row < tensors.length; row++) {
        if (tensors.shards[row] === shard && (shards[shard]?.headerBytes ?? 0) + (tensors.columns.ends[row] ?? 0) > problem.actualSize) cut.push(tensors.name(row));
      }
      return [{ data: { path: problem.path, expected: problem.expectedSize, actual: problem.actualSize, cut, isHeaderCut: shard < 0 }, parameters: cut, location: { path: problem.path, line: null } }];
    });
  },
  words(data) {
    const cut = data.cut.length === 0 ? words('') : prose` Not whole: ${someNames(data.cut)}.`;
    return {
      title: prose`${data.path} is cut off`,
      message: data.isHeaderCut
        ? prose`It has ${exactSize(data.actual)}, and its header alone would take ${exactSize(data.expected)}: nothing in it can be read, nor how long it should be.`
        : prose`Its header calls for ${exactSize(data.expected)} and it has ${exactSize(data.actual)}: ${exactSize(data.expected - data.actual)} are missing at its end.${cut}`,
      cause: prose`A download, upload or copy that broke off, or a full disk.`,
      fix: { steps: prose`Copy or upload the file again and compare its size with the original's.`, code: null },
    };
  },
  examples: () => ({
    fires: [{ name: 'The last kilobyte is not there', checkpoint: { ...llama(), resize: { 'model.safetensors': -1024 } } }],
    silent: [{ name: 'Whole', checkpoint: llama() }],
  }),
});
