import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { shapeText } from '../words.ts';

interface Data {
  readonly ranks: number;
  readonly count: number;
  readonly example: { readonly name: string; readonly expected: readonly number[]; readonly actual: readonly number[] };
}

export const shardedByRank = defineRule<Data>({
  id: 'sharded-by-rank',
  severity: 'error',
  summary: 'One rank\'s slice was saved as if it were the whole.',
  why: 'The other ranks\' parts of every matrix are not in this checkpoint. No loader can use it.',
  how: 'Throughout, one dimension of a matrix is the expected one divided by the same whole number, and no single setting of the config accounts for all of it.',
  sources: ['RLinf/RLinf#1569'],
  detect({ losses }) {
    const { sliced } = losses;
    const [first] = sliced?.parameters ?? [];
    if (sliced === null || first === undefined) return [];
    return [{
      data: { ranks: sliced.ranks, count: sliced.parameters.length, example: { name: first.name, expected: first.expected.shape, actual: first.actual.shape } },
      parameters: sliced.parameters.map(({ name }) => name),
    }];
  },
  words(data) {
    return {
      title: prose`These are the weights of one rank of ${data.ranks}`,
      message: prose`${data.count} matrices have one dimension divided by ${data.ranks}: ${data.example.name} is ${shapeText(data.example.actual)} and should be ${shapeText(data.example.expected)}. The rest of each is not here.`,
      cause: prose`The model was parted over ${data.ranks} ranks (tensor parallelism or FSDP) and one of them saved what it had.`,
      fix: { steps: prose`Gather the full state before saving (with FSDP: ${'StateDictType.FULL_STATE_DICT'}; with tensor parallelism: merge the ranks first).`, code: null },
    };
  },
  examples: () => {
    const sound = llama();
    const halved = { ...sound, tensors: Object.fromEntries(Object.entries(sound.tensors).map(([name, info]) => [name, info.length > 2 ? ([info[0], (info[1] ?? 0) / 2, info[2] ?? 0] as const) : info])) };
    return { fires: [{ name: 'Rank 0 of 2', checkpoint: halved, base: sound }], silent: [{ name: 'A sound save', checkpoint: sound, base: sound }] };
  },
});
