import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { exactSize, someNames, words } from '../words.ts';

interface Data {
  readonly files: readonly string[];
  readonly of: number;
  readonly namedBy: 'index' | 'numbering' | 'name';
  readonly parameters: number;
  readonly bytes: number;
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
    if (first === undefined || onlyIndexSeen) return [];
    const files = absent.map(({ path }) => path);
    const gone = losses.undelivered.filter(({ declaredIn }) => declaredIn === null || files.includes(declaredIn));
    return [{
      data: { files, of: checkpoint.parts.length, namedBy: first.namedBy, parameters: gone.length, bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0) },
      parameters: gone.map(({ name }) => name),
      location: { path: first.namedBy === 'index' ? (checkpoint.index?.path ?? first.path) : first.path, line: null },
    }];
  },
  words(data) {
    const one = data.files.length === 1;
    const loss = data.parameters === 0 ? words('') : prose` With ${[one ? 'it' : 'them']} ${data.parameters} parameters are missing${data.bytes > 0 ? prose` (${exactSize(data.bytes)})` : words('')}.`;
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
        { name: 'The index is gone as well', checkpoint: { ...sound, shards, files: { 'model-00002-of-00002.safetensors': null, 'model.safetensors.index.json': null } }, base: sound },
      ],
      silent: [{ name: 'All shards there', checkpoint: { ...sound, shards }, base: sound }],
    };
  },
});
