import { repoIdProblem } from '../reference/hub-id.ts';

/**
 * Repositories from before the Hub had organisations, under the names that everyone still writes, and where they are
 * now. A single word that is none of these is a folder or a class.
 */
const LEGACY: Readonly<Record<string, readonly string[]>> = {
  'openai-community': ['gpt2', 'gpt2-medium', 'gpt2-large', 'gpt2-xl', 'openai-gpt', 'roberta-base-openai-detector', 'roberta-large-openai-detector'],
  'google-bert': [
    'bert-base-uncased', 'bert-base-cased', 'bert-large-uncased', 'bert-large-cased', 'bert-base-multilingual-uncased', 'bert-base-multilingual-cased',
    'bert-base-chinese', 'bert-base-german-cased', 'bert-large-uncased-whole-word-masking', 'bert-large-cased-whole-word-masking',
  ],
  FacebookAI: ['roberta-base', 'roberta-large', 'roberta-large-mnli', 'xlm-roberta-base', 'xlm-roberta-large', 'xlm-mlm-en-2048'],
  distilbert: ['distilbert-base-uncased', 'distilbert-base-cased', 'distilbert-base-multilingual-cased', 'distilbert-base-uncased-finetuned-sst-2-english', 'distilroberta-base', 'distilgpt2'],
  'google-t5': ['t5-small', 't5-base', 't5-large', 't5-3b', 't5-11b'],
  albert: ['albert-base-v1', 'albert-large-v1', 'albert-xlarge-v1', 'albert-xxlarge-v1', 'albert-base-v2', 'albert-large-v2', 'albert-xlarge-v2', 'albert-xxlarge-v2'],
  xlnet: ['xlnet-base-cased', 'xlnet-large-cased'],
  almanach: ['camembert-base'],
};
const LEGACY_OWNERS = new Map(Object.entries(LEGACY).flatMap(([owner, names]) => names.map((name) => [name, owner] as const)));

/** First parts of relative paths that look like organisations. */
const FOLDERS = new Set([
  'out', 'output', 'outputs', 'result', 'results', 'run', 'runs', 'log', 'logs', 'ckpt', 'ckpts', 'checkpoint', 'checkpoints', 'model', 'models', 'weights', 'data', 'dataset', 'datasets',
  'artifact', 'artifacts', 'experiment', 'experiments', 'exp', 'exps', 'tmp', 'temp', 'cache', 'save', 'saved', 'saves', 'saved_model', 'saved_models', 'src', 'lib', 'build', 'dist', 'config', 'configs', 'conf',
  'scripts', 'examples', 'test', 'tests', 'assets', 'resources', 'files', 'file', 'mnt', 'home', 'root', 'opt', 'workspace', 'content', 'kaggle', 'drive', 'docs', 'local', 'training', 'train', 'trained',
  'finetune', 'finetuned', 'finetuning', 'fine_tuned', 'fine-tuned', 'lora', 'loras', 'adapter', 'adapters', 'pretrained', 'pretrained_model', 'pretrained_models', 'base', 'bin', 'etc', 'usr', 'var', 'app', 'apps', 'packages',
  'notebooks', 'utils', 'tools', 'export', 'exports', 'exported', 'merged', 'final', 'best', 'trained_models', 'model_dir', 'trainer_output', 'llm', 'llms', 'projects', 'project', 'storage', 'work', 'workdir', 'work_dirs', 'download', 'downloads',
  'raw', 'input', 'inputs', 'true', 'yes', 'no', 'and', 'or', 'gs', 's3', 'cpu', 'cuda', 'hf_models', 'hub', 'spaces', 'templates', 'modules', 'static', 'public', 'backend', 'frontend', 'server', 'client', 'core', 'common', 'shared', 'vendor',
]);
/** Last parts that training scripts give to folders. */
const FOLDER_NAME = /^(?:(?:checkpoint|ckpt|step|epoch|iter|global_step|run|version)[-_]?\d+|final|best|latest|last|merged|final_model|best_model|model_final|output|results?|checkpoints?|weights|step_final)$/i;
/** Ends of file names. A version (`Llama-3.1`) is none: an extension begins with a letter. */
const FILE_NAME = /\.(?:json|jsonl|ya?ml|toml|py|pyc|ipynb|txt|md|rst|csv|tsv|parquet|arrow|bin|pth?|pkl|npz?|ckpt|h5|hdf5|safetensors|gguf|ggml|onnx|pb|tflite|engine|mar|tar|gz|tgz|zip|xz|zst|sh|js|ts|html?|png|jpe?g|gif|svg|wav|mp3|model|vocab|cfg|ini|conf|env|log|db|sqlite|mlmodel|xml|pdf|lock|exe|so|dll)$/i;

/** What has a slash and names nothing, and the first parts of media types. */
const NO_NAMES = new Set(['n/a', 'na/na', 'none/none', 'null/null', 'nan/nan', 'on/off', 'yes/no', 'true/false', 'and/or', 'either/or', 'tcp/ip', 'i/o', 'w/o', 'input/output', 'km/h', 'client/server', 'read/write']);
const MEDIA_TYPES = new Set(['application', 'audio', 'font', 'image', 'message', 'multipart', 'text', 'video']);
/** Registries and other hosts: the Hub's organisations have no such names. */
const HOST = /\.(?:io|com|dev|net|org|cloud|gov|edu)$/i;

/** Names in examples that stand for any name. */
const PLACEHOLDER_OWNER = /^(?:(?:your|my|some|any|path|foo|bar|foobar|username|user-?name|user_name|hf[-_]username|organi[sz]ation|namespace|dummy|placeholder|x{3,})(?:[-_.].*)?|<.*)$/i;
const PLACEHOLDER_GENERIC = /^(?:user|org|owner|author|creator|company|team|repo|example|hf[-_]?user|hf[-_]?org)$/i;
const PLACEHOLDER_NAME = /^(?:(?:your|my|some)[-_].*|x{3,}|foo|bar|foobar|to|placeholder|dummy)$/i;
const GENERIC_NAME = /^(?:name|model|repo|repository|repo[-_]?(?:id|name)|model[-_]?(?:id|name)|adapter|lora|base[-_]?model|checkpoint|project)$/i;

/** Prefixes and models of services, which are named like repositories. `openai/gpt-oss-20b` is one. */
const SERVICE_OWNERS = new Set([
  'anthropic', 'azure', 'azure_ai', 'azureml', 'bedrock', 'vertex_ai', 'vertex', 'ollama', 'ollama_chat', 'groq', 'together', 'together_ai', 'openrouter', 'gemini', 'palm', 'cohere_chat', 'replicate', 'fireworks_ai', 'perplexity',
  'x-ai', 'xai', 'sagemaker', 'watsonx', 'databricks_ai', 'deepinfra', 'nvidia_nim', 'cerebras_ai', 'litellm', 'litellm_proxy', 'openai-compatible', 'lm_studio', 'hosted_vllm', 'vllm', 'github', 'github_copilot', 'deepseek', 'mistral', 'moonshot', 'ai', 'library', 'docker', 'accounts', 'publishers', 'projects', 'workers-ai', 'inflection', 'meta', 'mistral-ai', 'xiaomi', 'z-ai',
]);
const SERVICE_MODEL = /^(?:openai\/(?:gpt-(?!oss|2)|o\d|chatgpt|codex|text-|dall-e|tts-|davinci|babbage|omni-)|google\/(?:gemini|palm|text-bison|chat-bison)|cohere\/(?:command|embed|rerank)|deepseek\/|qwen\/qwen-(?:plus|max|turbo|long)|mistralai\/(?:mistral-(?:tiny|small|medium|large)(?:$|-\d{4}|-latest)|codestral-latest))/;

/** The repository that a name stands for, or null where it may well be something else. */
export function repositoryOf(text: string, isWeak: boolean): string | null {
  if (!text.includes('/')) return legacyRepository(text);
  if (repoIdProblem(text) !== null || isPlaceholder(text)) return null;
  const [owner = '', name = ''] = text.split('/');
  if (NO_NAMES.has(text.toLowerCase()) || MEDIA_TYPES.has(owner.toLowerCase()) || HOST.test(owner)) return null;
  if (FOLDERS.has(owner.toLowerCase()) || FOLDER_NAME.test(name) || FILE_NAME.test(name)) return null;
  // Fractions, dates and versions.
  if (/^[\d._-]+$/.test(owner) || /^[\d._-]+$/.test(name)) return null;
  if (isWeak && (SERVICE_OWNERS.has(owner) || SERVICE_MODEL.test(text))) return null;
  return text;
}

/** The present name of a repository without organisation; null where it is none that is known. */
export function legacyRepository(name: string): string | null {
  const owner = LEGACY_OWNERS.get(name);
  return owner === undefined ? null : `${owner}/${name}`;
}

/** Whether a name in an example stands for any name: `your-name/your-model`, `org/name`, `path/to`. */
export function isPlaceholder(repo: string): boolean {
  const [owner = '', name = ''] = repo.split('/');
  return PLACEHOLDER_OWNER.test(owner) || PLACEHOLDER_NAME.test(name) || (PLACEHOLDER_GENERIC.test(owner) && GENERIC_NAME.test(name));
}
