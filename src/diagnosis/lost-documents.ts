import type { Checkpoint } from '../inventory/checkpoint.ts';
import { fileName } from '../inventory/weight-files.ts';

/** Documents without which loaders refuse the weights. */

/** Whether a folder of weights has no config.json. A single file that was named by itself is not expected to have one, and a broken one has its own finding; `generation_config.json` is none. */
export function lacksConfig({ config, files, parts, format, problems, readTensor, reference }: Checkpoint): boolean {
  if (config !== null || readTensor === null || (format !== 'safetensors' && format !== 'torch')) return false;
  const isNamedFile = parts.some(({ path }) => reference.endsWith(path));
  return !isNamedFile && ![...problems, ...files].some(({ path }) => fileName(path) === 'config.json');
}

/** The index that a set of numbered shards should have and has not, or null. Without it transformers does not find the shards. */
export function lostIndex({ index, parts, format, problems, shards }: Checkpoint): string | null {
  if (index !== null || parts.length < 2 || parts.some(({ namedBy }) => namedBy !== 'numbering')) return null;
  if ((format !== 'safetensors' && format !== 'torch') || shards.some(({ path }) => path.endsWith('.gguf'))) return null;
  if (problems.some(({ path }) => path.endsWith('.index.json'))) return null;
  const [first] = parts;
  const match = /^(.*?)[-_]\d+-of-\d+\.(safetensors|bin)$/.exec(first?.path ?? '');
  return match === null ? null : `${match[1]}.${match[2]}.index.json`;
}
