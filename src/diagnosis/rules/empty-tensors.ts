import type { Evidence } from '../evidence.ts';
import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { someNames } from '../words.ts';

interface Data {
  readonly names: readonly string[];
  readonly of: number;
}

/**
 * Tensors of no element: those whose shape is known to be another one, and, where there are such, or where more are
 * empty than there are matrices left, the others too, unless the base has them empty as well: not every shape is known.
 */
function emptyNames({ losses, checkpoint: { tensors }, base }: Evidence): string[] {
  const known = losses.empty.map(({ name }) => name);
  const all: string[] = [];
  let matrices = 0;
  for (let row = 0; row < tensors.length; row++) {
    if (tensors.elements(row) > 0) matrices += tensors.rank(row) > 1 ? 1 : 0;
    else if (!isEmptyIn(base, tensors.name(row))) all.push(tensors.name(row));
  }
  return (known.length > 0 || all.length > matrices) && all.length >= known.length ? all : known;
}

function isEmptyIn(base: Evidence['base'], name: string): boolean {
  const row = base?.tensors.row(name) ?? -1;
  return base !== null && row >= 0 && base.tensors.elements(row) === 0;
}

export const emptyTensors = defineRule<Data>({
  id: 'empty-tensors',
  severity: 'error',
  summary: 'Tensors without data stand where weights should be.',
  why: 'The names are all there, so nothing looks missing, but the weights are not in the file: they stayed with the ranks that held them.',
  how: 'The shape holds a 0 where the base, the config or the siblings call for data.',
  sources: ['huggingface/transformers#20082', 'deepspeedai/DeepSpeed#7501'],
  detect(evidence) {
    const names = emptyNames(evidence);
    if (names.length === 0) return [];
    const { checkpoint } = evidence;
    return [{ data: { names, of: checkpoint.tensors.length }, parameters: names }];
  },
  words(data) {
    return {
      title: data.names.length === data.of ? prose`All ${data.of} tensors are empty` : prose`${data.names.length} of ${data.of} tensors are empty`,
      message: prose`They have a shape of ${'[0]'} and no data: ${someNames(data.names)}. Their weights are not in this checkpoint.`,
      cause: prose`DeepSpeed ZeRO-3 keeps the weights parted over the ranks; what was saved are its placeholders.`,
      fix: {
        steps: prose`Gather the weights when saving (${'stage3_gather_16bit_weights_on_model_save: true'}), or rebuild them from the ZeRO checkpoint.`,
        code: { language: 'shell', text: 'python zero_to_fp32.py . ./repaired --safe_serialization' },
      },
    };
  },
  examples: () => {
    const sound = llama();
    const emptied = { ...sound, tensors: Object.fromEntries(Object.entries(sound.tensors).map(([name, info]) => [name, info.length > 2 ? ([info[0], 0] as const) : info])) };
    return {
      fires: [{ name: 'Saved from one rank of ZeRO-3', checkpoint: emptied, base: sound }, { name: 'The same, no base at hand', checkpoint: emptied }, { name: 'The same, of a class that nobody knows', checkpoint: { ...emptied, config: { model_type: 'own' } } }],
      silent: [{ name: 'A sound save', checkpoint: sound, base: sound }],
    };
  },
});
