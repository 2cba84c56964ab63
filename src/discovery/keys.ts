/**
 * Keys whose values name models. A strong key is used for nothing else. A weak one also holds names of services'
 * models, classes and files, so its value counts only where nothing around it says otherwise.
 */
const STRONG = [
  'pretrained_model_name_or_path', 'model_name_or_path', 'base_model_name_or_path', 'adapter_name_or_path', 'peft_model_name_or_path',
  'lora_model_name_or_path', 'reward_model_name_or_path', 'ref_model_name_or_path', 'teacher_model_name_or_path', 'draft_model_name_or_path',
  'pretrained_model', 'pretrained_model_name', 'pretrained_name_or_path', 'pretrained_model_path', 'base_model', 'base_model_id', 'base_model_name', 'base_model_path',
  'hf_model', 'hf_model_id', 'hf_model_name', 'hf_model_path', 'hf_model_repo', 'huggingface_model', 'huggingface_model_id',
  'reward_model', 'ref_model', 'reference_model', 'teacher_model', 'student_model', 'draft_model', 'speculative_model',
  'adapter_model', 'adapter_model_id', 'adapter_id', 'peft_model', 'peft_model_id', 'lora_model', 'lora_model_id', 'lora_model_dir', 'model_checkpoint',
] as const;

const WEAK = ['model', 'model_id', 'model_name', 'model_path', 'model_repo', 'model_repo_id', 'model_url', 'hf_repo_id', 'source_model', 'model_source', 'adapter', 'adapter_name', 'adapter_path', 'lora', 'lora_path', 'checkpoint', 'checkpoint_path'] as const;

/** Under `model:` and its like, keys whose values name it. */
const INNER = new Set(['path', 'name', 'id', 'repo', 'repo_id', 'hf_id', 'name_or_path', 'pretrained', 'pretrained_name_or_path']);
const OUTER = new Set(['model', 'base_model', 'reference_model', 'ref_model', 'reward_model', 'teacher', 'teacher_model', 'student', 'adapter', 'lora', 'draft_model', 'hf_model']);

/** Under a key that names models, those under which a search lists what it tries. */
const SEARCHED = new Set(['value', 'values']);

const STRENGTHS = new Map<string, 'strong' | 'weak'>([...STRONG.map((key) => [key, 'strong'] as const), ...WEAK.map((key) => [key, 'weak'] as const)]);

/** Keys under which even a Hub address is no checkpoint to check: other kinds of things, links for readers, and places to write to. */
const FOREIGN = /tokenizer|processor|feature_extractor|data_?sets?(?:_|$)|^(?:annotations|labels|nav|social)$|(?:^|_)(?:data|space|spaces|image|images|services|homepage|website|docs?|documentation|license|licence|citation|thumbnail|avatar|issues?|author|authors|paper|blog|demo|hub_model_id|push_to|output|output_dir|upload|save_to|export|exported|destination|dest)(?:_|$)/;

/** Keys under which models are named of which something is recorded: none is loaded from there. */
const RECORD = /^(?:results?|leaderboard|scores?|rankings?|predictions?|completions?|benchmark_results|eval_results)$/;

/** Keys beside a model's name that say a service answers for it, not a checkpoint; those of a request or an answer among them. */
const SERVICE = /^(?:(?:openai_)?api_?(?:key|base|url|version|type)|base_url|api_key_env|openai|azure|provider|llm_provider|deployment(?:_name)?|endpoint(?:_url|_name|_id)?|messages|choices|finish_reason)$/;

/** `--Model-Name` and `modelName` become `model_name`. */
export function normaliseKey(key: string): string {
  if (key.length > 100) return '';
  return key.replace(/^-+/, '').replace(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('-', '_').toLowerCase();
}

/** What a key, under its enclosing keys (outermost first), says of its value. All are normalised. */
export function strengthOf(key: string, ancestors: readonly string[]): 'strong' | 'weak' | null {
  if (isForeign(key) || ancestors.some(isForeign)) return null;
  const parent = ancestors.at(-1) ?? '';
  // A search over settings (`model_name_or_path: {values: [org/a, org/b]}`) says it one level below.
  const own = SEARCHED.has(key) ? STRENGTHS.get(parent) : STRENGTHS.get(key);
  const strength = OUTER.has(parent) && INNER.has(key) ? 'weak' : (own ?? null);
  return strength === 'weak' && ancestors.some((ancestor) => RECORD.test(ancestor)) ? null : strength;
}

export function isForeign(key: string): boolean {
  return FOREIGN.test(key);
}

export function isServiceKey(key: string): boolean {
  return SERVICE.test(key);
}

/**
 * Keys that give the revision for `key`, the most particular first.
 * @param naming the normalised keys of the same mapping that name models, each once
 */
export function revisionKeys(key: string, naming: readonly string[]): readonly string[] {
  const stem = key.replace(/_(?:name_or_path|name|id|path|repo_id|repo)$/, '');
  const isModel = /^(?:pretrained_|hf_|base_)?model$|^pretrained$|^checkpoint$/.test(stem) || INNER.has(key);
  const particular = [`${key}_revision`, `${stem}_revision`];
  if (isModel) return [...particular, 'model_revision', 'revision_of_model', 'base_model_revision', 'revision'];
  // A plain `revision` belongs to the model, where the mapping names one beside the adapter.
  const hasModel = naming.some((sibling) => sibling !== key);
  return hasModel ? particular : [...particular, 'revision'];
}
