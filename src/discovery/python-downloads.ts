import { checkpointOf, isWeights } from './checkpoint-files.ts';
import { literalOf } from './python-arguments.ts';
import type { Call, StringToken } from './python-arguments.ts';

/** What of a repository a call takes: the folder or file that it is narrowed to, and the lines that say so. */
export interface Downloaded {
  readonly path: string | null;
  readonly lines: readonly number[];
}

const ALL: Downloaded = { path: null, lines: [] };

/**
 * What of a model a loading call takes; null where it takes no weights: `repo_type="dataset"`, a file that holds none,
 * patterns that let none through.
 */
export function downloaded(call: Call): Downloaded | null {
  const type = literalOf(call, 'repo_type');
  if (type === 'unclear' || (type !== null && type.text !== 'model')) return null;
  if (call.name === 'hf_hub_download') return oneFile(call);
  return call.name === 'snapshot_download' && !allowsWeights(call) ? null : ALL;
}

function oneFile({ args }: Call): Downloaded | null {
  const file = args.find(({ keyword }) => keyword === 'filename') ?? args.filter(({ keyword }) => keyword === null)[1];
  const literal = file?.literal ?? null;
  if (literal === null || !isWeights(literal.text)) return null;
  const path = checkpointOf(literal.text);
  return { path: path === '.' ? null : path, lines: [literal.line] };
}

/** Patterns that any file, or any file of weights, fits. */
const OF_WEIGHTS = /(?:^|\/)\*{1,2}(?:\.\*)?$|\*(?:\.safetensors|\.bin|\.gguf)$|\.safetensors$/;

function allowsWeights({ args }: Call): boolean {
  const patterns = (keyword: string): readonly StringToken[] | null => {
    const argument = args.find((candidate) => candidate.keyword === keyword);
    return argument === undefined || argument.isNone ? null : argument.literal === null ? argument.texts : [argument.literal];
  };
  const allowed = patterns('allow_patterns');
  const ignored = patterns('ignore_patterns');
  // `*.bin` is ignored where safetensors are wanted; who ignores these may want no weights at all.
  if (ignored?.some(({ text }) => text.endsWith('safetensors')) === true) return false;
  return allowed === null || allowed.some(({ text }) => OF_WEIGHTS.test(text));
}
