import { llama } from '../examples.ts';
import { lostIndex } from '../lost-documents.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import type { Words } from '../rule.ts';
import { enclosedLoss } from '../loss-words.ts';
import { isSizeKnown } from '../numbers.ts';
import { someNames, words } from '../words.ts';

interface Data {
  readonly files: readonly string[];
  /** Whether what is missing is the index of a whole set of shards. */
  readonly index: boolean;
  readonly of: number;
  readonly namedBy: 'index' | 'numbering' | 'name';
  readonly parameters: number;
  readonly bytes: number;
  /** Whether the size of some is not known. */
  readonly isPartial: boolean;
}

function indexWords(data: Data): Words {
  return {
    title: prose`${data.files[0] ?? ''} is missing`,
    message: prose`All ${data.of} shards are there, and no index that says which holds what: transformers looks for it and refuses the checkpoint.`,
    cause: prose`A pattern such as ${'*.safetensors'} copied the shards and left the index out.`,
    fix: { steps: prose`Copy the index from the machine that saved the checkpoint, or save again.`, code: null },
  };
}

export const shardMissing = defineRule<Data>({
  id: 'shard-missing',
  severity: 'error',
  summary: 'A file of weights is not there.',
  why: 'Loaders refuse the checkpoint, or, where the index is gone too, load what is there and start the rest from random numbers.',
  how: 'The index names a file that is not there, or the numbers in the names (`-00002-of-00004`) leave a gap. Where no file at all is there, only the index was seen: that is said as the reason for the verdict `unknown`.',
  sources: ['unslothai/unsloth#1122'],
  detect({ checkpoint, losses, onlyIndexSeen }) {
    const absent = checkpoint.parts.filter((part) => part.state === 'absent');
    const [first] = absent;
    const gone = first === undefined ? lostIndex(checkpoint) : null;
    if (gone !== null) {
      return [{ data: { files: [gone], index: true, of: checkpoint.parts.length, namedBy: 'numbering' as const, parameters: 0, bytes: 0, isPartial: false }, parameters: [], location: { path: gone, line: null } }];
    }
    if (first === undefined || onlyIndexSeen) return [];
    const files = absent.map(({ path }) => path);
    const lost = losses.undelivered.filter(({ declaredIn }) => declaredIn === null || files.includes(declaredIn));
    return [{
      data: { files, index: false, of: checkpoint.parts.length, namedBy: first.namedBy, parameters: lost.length, bytes: lost.reduce((sum, { bytes }) => sum + bytes, 0), isPartial: !lost.every(isSizeKnown) },
      parameters: lost.map(({ name }) => name),
      location: { path: first.namedBy === 'index' ? (checkpoint.index?.path ?? first.path) : first.path, line: null },
    }];
  },
  words(data) {
    if (data.index) return indexWords(data);
    const one = data.files.length === 1;
    const loss = data.parameters === 0 ? words('') : prose` ${data.parameters} ${words(data.parameters === 1 ? 'parameter was' : 'parameters were')} in ${words(one ? 'it' : 'them')}${enclosedLoss(data)}.`;
    const how = data.namedBy === 'index' ? prose`the index names ${[one ? 'it' : 'them']}` : prose`the numbers of the others leave a gap`;
    return {
      title: one ? prose`${data.files[0] ?? ''} is missing` : prose`${data.files.length} of ${data.of} files of weights are missing`,
      message: prose`${someNames(data.files)} ${[one ? 'is' : 'are']} not there; ${how}.${loss} Loaders refuse the checkpoint.`,
      cause: prose`The upload or copy was not finished, or a pattern (${'.gitignore'}, ${'allow_patterns'}) left ${[one ? 'it' : 'them']} out.`,
      fix: { steps: prose`Upload the missing ${[one ? 'file' : 'files']} from the machine that saved the checkpoint.`, code: null },
    };
  },
  examples: () => {
    const sound = llama();
    const names = Object.keys(sound.tensors);
    const shards = { 'model-00001-of-00002.safetensors': names.slice(0, 8), 'model-00002-of-00002.safetensors': names.slice(8) };
    return {
      fires: [
        { name: 'The second of two shards was not uploaded', checkpoint: { ...sound, shards, files: { 'model-00002-of-00002.safetensors': null } }, base: sound },
        { name: 'All shards, and no index', checkpoint: { ...sound, shards, files: { 'model.safetensors.index.json': null } }, base: sound },
        { name: 'The index is gone as well', checkpoint: { ...sound, shards, files: { 'model-00002-of-00002.safetensors': null, 'model.safetensors.index.json': null } }, base: sound },
      ],
      silent: [{ name: 'All shards there', checkpoint: { ...sound, shards }, base: sound }],
    };
  },
});
