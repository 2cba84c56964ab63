import type { Evidence } from './evidence.ts';
import type { Prose } from './prose.ts';
import { prose } from './prose.ts';

/**
 * What llama.cpp does with a GGUF file, as far as its model loader decides it for every architecture; null where that
 * is the architecture's own affair. (llama.cpp's llama-model-loader: `data is not within the file bounds`, and
 * `missing tensor` for all that is not marked as optional, as no layer's norm is; `check_tensor_dims`: `wrong shape`.)
 */
export function llamaCpp({ checkpoint, losses }: Evidence): Prose | null {
  const cut = checkpoint.problems.find(({ kind }) => kind === 'truncated');
  if (cut !== undefined) return prose`refuses: the data of a tensor is not within ${cut.path}`;
  const [block] = losses.blocks;
  const needed = block?.parameters.find(({ name }) => name.endsWith('_norm.weight')) ?? block?.parameters[0];
  const [shape] = losses.shapes;
  if (needed === undefined && shape !== undefined) return prose`refuses: ${shape.name} has the wrong shape`;
  return needed === undefined ? null : prose`refuses: there is no ${needed.name}`;
}
