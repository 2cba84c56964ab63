import { DTYPES } from '../../format/dtype.ts';
import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import type { Fix } from '../finding.ts';
import { loadable, loadingClass, pretrained, saveAgain } from '../python.ts';
import { defineRule } from '../rule.ts';
import { exactSize } from '../words.ts';

interface Data {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly bytes: number;
  /** What loads the checkpoint, and the checkpoint, as Python text. */
  readonly loader: string;
  readonly reference: string;
}

/** Types as `from_pretrained` takes them. */
const PYTHON_TYPES: ReadonlyMap<string, string> = new Map([['BF16', 'bfloat16'], ['F16', 'float16'], ['F32', 'float32']]);

/** Code that writes the checkpoint in the base's type; null for a type that no model is loaded in. */
function narrowed({ from, loader, reference }: Data): Fix['code'] {
  const type = PYTHON_TYPES.get(from);
  if (type === undefined) return null;
  return { language: 'python', text: saveAgain(loader, reference, type) };
}

function bits(dtype: string): number {
  return DTYPES.find(({ name }) => name === dtype)?.bits ?? 0;
}

export const dtypeWidened = defineRule<Data>({
  id: 'dtype-widened',
  severity: 'warning',
  summary: 'Saved in a wider type than the base\'s.',
  why: 'Twice the download, twice the disk, and no more information than the base had, unless training really was in full precision.',
  how: 'Most parameters have the base\'s names and shapes and a wider floating-point type.',
  sources: ['huggingface/transformers#35072'],
  detect({ inner, base, checkpoint, intent }) {
    if (base === null) return [];
    const widened = inner.dtypeChanges.filter(({ from, to, bytes }) => bytes > 0 && bits(to) > bits(from));
    const [main] = widened;
    // A few norms in float32 are how some models are meant to be saved.
    if (main === undefined || main.count * 2 < inner.matched) return [];
    return [{ data: { from: main.from, to: main.to, count: main.count, bytes: main.bytes, loader: loadingClass(intent.facts, intent.intendedClass), reference: pretrained(loadable(checkpoint)) }, parameters: [] }];
  },
  words(data) {
    return {
      title: prose`Saved as ${data.to}; the base is ${data.from}`,
      message: prose`${data.count} parameters are stored as ${data.to} where the base has ${data.from}: ${exactSize(data.bytes)} more for the same information.`,
      cause: prose`The model was loaded without a type, which meant float32 before transformers 5, and saved so.`,
      fix: { steps: prose`Save it in the base's type, and load with ${'dtype="auto"'} when you train. If it really was trained in ${data.to}, waive this finding with that reason.`, code: narrowed(data) },
    };
  },
  examples: () => ({
    fires: [{ name: 'float32 from a bfloat16 base', checkpoint: llama({ dtype: 'F32' }), base: llama() }],
    silent: [{ name: 'The base\'s type', checkpoint: llama(), base: llama() }, { name: 'Narrower than the base', checkpoint: llama(), base: llama({ dtype: 'F32' }) }],
  }),
});
