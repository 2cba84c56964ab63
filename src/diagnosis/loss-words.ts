import type { Checkpoint } from '../inventory/checkpoint.ts';
import type { TensorInfo } from '../format/tensor-table.ts';
import type { Fix } from './finding.ts';
import { isSizeKnown } from './numbers.ts';
import { prose } from './prose.ts';
import type { Prose } from './prose.ts';
import { exactSize, newValues, words } from './words.ts';

/** What is missing, as far as rules that tell of it say the same. Plain data. */
export interface Loss {
  readonly names: readonly string[];
  /** Sum over those whose size is known. */
  readonly bytes: number;
  /** Whether the size of some is not known. */
  readonly isPartial: boolean;
  /** What transformers fills them with. */
  readonly values: Prose;
  /** Whether it is a file of llama.cpp, which fills in nothing. */
  readonly gguf: boolean;
}

export function lossOf(missing: readonly TensorInfo[], { format }: Pick<Checkpoint, 'format'>): Loss {
  return {
    names: missing.map(({ name }) => name),
    bytes: missing.reduce((sum, { bytes }) => sum + bytes, 0),
    isPartial: !missing.every(isSizeKnown),
    values: newValues(missing),
    gguf: format === 'gguf',
  };
}

/** `1,024 bytes (1.02 kB)`, `at least 1,024 bytes (1.02 kB)`; null where no size is known. */
export function lossSize({ bytes, isPartial }: Pick<Loss, 'bytes' | 'isPartial'>): Prose | null {
  return bytes === 0 ? null : prose`${words(isPartial ? 'at least ' : '')}${exactSize(bytes)}`;
}

/** The same in brackets after a space; nothing where no size is known. */
export function enclosedLoss(loss: Pick<Loss, 'bytes' | 'isPartial'>): Prose {
  const size = lossSize(loss);
  return size === null ? words('') : [' (', ...size.map((part) => (typeof part === 'string' ? part.replace(/ \((.*)\)$/, ', $1') : part)), ')'];
}

/** What becomes of it, as a sentence. llama.cpp fills in nothing: it stops (its model loader: `missing tensor`) unless the tensor is optional. */
export function aftermath({ names, values, gguf }: Pick<Loss, 'names' | 'values' | 'gguf'>): Prose {
  return gguf ? words('llama.cpp refuses a file that lacks what its architecture needs.') : prose`Loaders fill ${words(names.length === 1 ? 'it' : 'them')} with ${values} and only warn.`;
}

/** What to do: of a GGUF file, convert again; else the steps given. */
export function remedy({ gguf }: Pick<Loss, 'gguf'>, steps: Prose): Fix {
  if (!gguf) return { steps, code: null };
  return { steps: prose`Convert again from a complete checkpoint; check that one first.`, code: { language: 'shell', text: 'python convert_hf_to_gguf.py path/to/complete-checkpoint --outfile model.gguf' } };
}
