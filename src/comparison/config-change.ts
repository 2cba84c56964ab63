import type { JsonObject } from '../inventory/checkpoint.ts';
import { isObject } from '../inventory/config.ts';

/** How a checkpoint's own config differs from its base's, in what both state. */
export interface ConfigChange {
  /** Dotted paths of the settings that differ and may decide which parameters there are: then the base's are no proof by themselves. */
  readonly structure: ReadonlySet<string>;
  /** Whether a number differs that may size parameters, other than the vocabulary's. */
  readonly sizes: boolean;
  /** Numbers of layers that the checkpoint's config states fewer of. */
  readonly fewerLayers: readonly { readonly key: string; readonly own: number; readonly ofBase: number }[];
}

/** Configs within configs are followed so deep. */
const MAX_DEPTH = 5;

/** Settings that shape no parameter: what is computed with, generated, trained or written down. */
const SHAPELESS = /(?:token_id|_id|_ids|(?<!layer_)_index|_indices|seed|dropout|_std|_eps|epsilon|_factor|_theta|dtype|version|architectures|_prob|_loss|use_cache|gradient_checkpointing|_implementation|max_length|min_length|num_beams|top_k|top_p|temperature|num_return_sequences|problem_type|return_dict|torchscript|model_type|auto_map|name_or_path|quantization_config|task_specific_params|id2label|label2id|tie_word_embeddings)$|^vocab_size$|rope|^output_(?:hidden|attentions|scores|router)|dropout|_loss_|(?:^|_)act(?:ivation)?(?:_|$)/;
/** Lists of layers, though they end like numbers of tokens. */
const LAYER_LIST = /layer.*(?:_ids|_indices)$/;

/** A setting that counts layers, by its name. */
const LAYER_COUNT = /(?:layers?|_blocks|^depth|_depth|num_hidden_groups)$/;

/** @param sizing dotted paths of the settings that dimensions are known to be made of, and nothing else depends on; asked for only where a number differs */
export function configChange(own: JsonObject | null, base: JsonObject | null, sizing: () => ReadonlySet<string>): ConfigChange {
  const change = { structure: new Set<string>(), sizes: false, fewerLayers: new Array<{ key: string; own: number; ofBase: number }>() };
  const visit = (mine: JsonObject, its: JsonObject, path: string, depth: number): void => {
    for (const [key, value] of Object.entries(mine)) {
      // Many classes go by a head_dim that their config class does not declare (`getattr(config, "head_dim", …)`): one that the checkpoint alone states is a change.
      const other = Object.hasOwn(its, key) ? its[key] : key === 'head_dim' ? null : undefined;
      if (other === undefined || value === other || (SHAPELESS.test(key) && !LAYER_LIST.test(key))) continue;
      if (isObject(value) && isObject(other)) {
        if (depth < MAX_DEPTH) visit(value, other, `${path}${key}.`, depth + 1);
      } else if (JSON.stringify(value) !== JSON.stringify(other)) {
        const isNumeric = isSize(value) || isSize(other);
        if (isNumeric) change.sizes = true;
        if (typeof value === 'number' && typeof other === 'number' && value < other && LAYER_COUNT.test(key)) change.fewerLayers.push({ key: path + key, own: value, ofBase: other });
        // A size of nothing, or none, may leave out what it sizes.
        const isSizeAlone = isNumeric && (key === 'head_dim' || (!isNone(value) && !isNone(other) && sizing().has(path + key)));
        if (!isSizeAlone) change.structure.add(path + key);
      }
    }
  };
  if (own !== null && base !== null) visit(own, base, '', 0);
  return change;
}

function isNone(value: unknown): boolean {
  return value === 0 || value === null;
}

/** A whole number, or a list of them. */
function isSize(value: unknown): boolean {
  return Number.isInteger(value) || (Array.isArray(value) && value.length > 0 && value.every((entry) => Number.isInteger(entry)));
}
