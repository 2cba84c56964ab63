import type { Task } from '../../architecture/facts.ts';
import type { JsonObject } from '../../inventory/checkpoint.ts';
import { booleanAt, isObject, numberAt, objectAt, stringAt, stringsAt, valueAt } from '../../inventory/config.ts';

/** What `adapter_config.json` says, as far as it decides which tensors the adapter stores. */
export interface AdapterSettings {
  /** `LORA`, `IA3`, …: PEFT's `peft_type`; null where nothing names one. */
  readonly type: string | null;
  /** Ranks that a matrix may have: `r` and the values of `rank_pattern`; empty where the type has none, or prunes them. */
  readonly ranks: readonly number[];
  /** Names, or one regular expression, of the modules to adapt. */
  readonly targets: readonly string[] | { readonly expression: string };
  readonly excluded: readonly string[] | { readonly expression: string };
  /** Numbers of the layers to adapt; null: all. */
  readonly layers: readonly number[] | null;
  readonly layersPatterns: readonly string[];
  /** Whether parameters are adapted by name (fused experts), which stack the ranks of all experts in one matrix. */
  readonly adaptsParameters: boolean;
  readonly modulesToSave: readonly string[];
  /** Single tokens that are trained beside the method's matrices. */
  readonly trainedTokens: readonly TrainedTokens[];
  readonly magnitudes: boolean;
  readonly biasOfB: boolean;
  /** Whether layers are repeated, so that there are more of them than in the base. */
  readonly repeatsLayers: boolean;
  /** Whether the inputs of A are pooled (QA-LoRA), so that A is narrower than the base's matrix. */
  readonly poolsInputs: boolean;
  /** Whether the base's matrices are [inputs, outputs], as those of GPT-2 (`fan_in_fan_out`, which PEFT writes as it finds them). */
  readonly fanInFanOut: boolean;
  readonly savesProjection: boolean;
  /** Whether only the largest logits are stored (VB-LoRA). */
  readonly topWeightsOnly: boolean;
  readonly keepsTie: boolean;
  /** The task whose auto class PEFT loads the base with; null where none is named. */
  readonly task: Task | null;
  /** The class that the adapter was trained on, where PEFT wrote it down. */
  readonly trainedOn: string | null;
}

/** Tokens of an embedding or a head that `trainable_token_indices` names. */
export interface TrainedTokens {
  /** What the names of the modules end in; null for the input embedding, whatever its name. */
  readonly module: string | null;
  /** How many there are, and a text that is equal for the same ones. */
  readonly count: number;
  readonly key: string;
}

const TASKS: Readonly<Record<string, Task>> = {
  CAUSAL_LM: 'causal-lm', SEQ_CLS: 'sequence-classification', TOKEN_CLS: 'token-classification', QUESTION_ANS: 'question-answering',
  SEQ_2_SEQ_LM: 'seq2seq-lm', FEATURE_EXTRACTION: 'base',
};

/** Reads an adapter's config; a value of the wrong type counts as absent. */
export function adapterSettings(config: JsonObject | null): AdapterSettings {
  const type = stringAt(config, 'peft_type')?.toUpperCase() ?? null;
  const task = stringAt(config, 'task_type');
  const layers = valueAt(config, 'layers_to_transform');
  return {
    type,
    ranks: type === 'LORA' ? ranks(config) : [],
    targets: namesOrExpression(config, 'target_modules'),
    excluded: namesOrExpression(config, 'exclude_modules'),
    layers: typeof layers === 'number' ? [layers] : Array.isArray(layers) && layers.length > 0 ? layers.filter((layer) => typeof layer === 'number') : null,
    layersPatterns: stringsAt(config, 'layers_pattern'),
    adaptsParameters: stringsAt(config, 'target_parameters').length > 0,
    modulesToSave: stringsAt(config, 'modules_to_save'),
    trainedTokens: trainedTokens(valueAt(config, 'trainable_token_indices')),
    magnitudes: booleanAt(config, 'use_dora') === true,
    biasOfB: booleanAt(config, 'lora_bias') === true,
    repeatsLayers: Array.isArray(valueAt(config, 'layer_replication')),
    poolsInputs: booleanAt(config, 'use_qalora') === true,
    fanInFanOut: booleanAt(config, 'fan_in_fan_out') === true,
    savesProjection: booleanAt(config, 'save_projection') !== false,
    topWeightsOnly: booleanAt(config, 'save_only_topk_weights') === true,
    keepsTie: booleanAt(config, 'ensure_weight_tying') === true,
    task: task !== null && Object.hasOwn(TASKS, task) ? (TASKS[task] ?? null) : null,
    trainedOn: stringAt(config, 'auto_mapping.base_model_class'),
  };
}

function ranks(config: JsonObject | null): number[] {
  const rank = numberAt(config, 'r');
  const patterns = Object.values(objectAt(config, 'rank_pattern') ?? {});
  return [rank, ...patterns].filter((value) => typeof value === 'number');
}

/** A list for the input embedding, or lists by the names of modules. Where none is named, none is trained. */
function trainedTokens(value: unknown): TrainedTokens[] {
  const lists: [string | null, unknown][] = isObject(value) ? Object.entries(value) : [[null, value]];
  return lists.flatMap(([module, list]) => (Array.isArray(list) && list.length > 0 ? [{ module, count: list.length, key: JSON.stringify(list) }] : []));
}

function namesOrExpression(config: JsonObject | null, key: string): AdapterSettings['targets'] {
  const value = valueAt(config, key);
  return typeof value === 'string' && value !== '' ? { expression: value } : stringsAt(config, key);
}
