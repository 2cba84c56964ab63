/** Architectures of llama.cpp by the names that stand in `general.architecture` (`MODEL_ARCH_NAMES` of gguf-py 0.19). */
const KNOWN: ReadonlySet<string> = new Set((
  'afmoe apertus arcee arctic arwkv7 baichuan bailingmoe bailingmoe2 bert bitnet bloom chameleon chatglm codeshell cogvlm cohere2 command-r dbrx deci deepseek deepseek2 ' +
  'deepseek2-ocr dots1 dream ernie4_5 ernie4_5-moe eurobert exaone exaone-moe exaone4 falcon falcon-h1 gemma gemma-embedding gemma2 gemma3 gemma3n gemma4 glm-dsa glm4 glm4moe ' +
  'gpt-oss gpt2 gptj gptneox granite granitehybrid granitemoe grok grovemoe hunyuan-dense hunyuan-moe hunyuan_vl internlm2 jais jais2 jamba jina-bert-v2 jina-bert-v3 ' +
  'kimi-linear lfm2 lfm2moe llada llada-moe llama llama-embed llama4 maincoder mamba mamba2 mimo2 minicpm minicpm3 minimax-m2 mistral3 mistral4 modern-bert mpt nemotron ' +
  'nemotron_h nemotron_h_moe neo-bert nomic-bert nomic-bert-moe olmo olmo2 olmoe openelm orion paddleocr pangu-embedded phi2 phi3 phimoe plamo plamo2 plamo3 plm qwen qwen2 ' +
  'qwen2moe qwen2vl qwen3 qwen35 qwen35moe qwen3moe qwen3next qwen3vl qwen3vlmoe refact rnd1 rwkv6 rwkv6qwen2 rwkv7 seed_oss smallthinker smollm3 stablelm starcoder starcoder2 ' +
  'step35 t5 t5encoder wavtokenizer-dec xverse'
).split(' '));

export function isKnownArchitecture(name: string): boolean {
  return KNOWN.has(name);
}

/** Architectures whose last norm has another name, or none (of those without `OUTPUT_NORM` in gguf-py's `MODEL_TENSORS`). */
const OTHERWISE_NORMALISED: ReadonlySet<string> = new Set(['neo-bert', 'jina-bert-v2', 'olmo', 't5', 't5encoder', 'lfm2', 'lfm2moe']);

/** Whether an architecture may have an `output_norm`. */
export function normalisesOutput(name: string): boolean {
  return KNOWN.has(name) && !OTHERWISE_NORMALISED.has(name);
}

/** Encoders, which have no head over the vocabulary (of those without `OUTPUT` in gguf-py's `MODEL_TENSORS`; the others take the embedding for it). */
const ENCODERS: ReadonlySet<string> = new Set(['bert', 'eurobert', 'jina-bert-v2', 'jina-bert-v3', 'modern-bert', 'neo-bert', 'nomic-bert', 'nomic-bert-moe', 't5encoder']);

/** Whether an architecture has no `output.weight`, nor anything in its place. */
export function isHeadless(name: string | null): boolean {
  return name !== null && ENCODERS.has(name);
}

/** What an encoder has beside its embedding (llama.cpp's `load_arch_tensors` refuses the file without it). Types of tokens are optional in some. */
export function besideEmbedding(name: string): readonly string[] {
  const norm = ['token_embd_norm.weight', 'token_embd_norm.bias'];
  return name === 'bert' ? ['position_embd.weight', ...norm] : /^(?:nomic-bert|jina-bert)/.test(name) ? norm : [];
}

/** What the first block is without, since the norm after the embedding stands for it (transformers' ModernBERT has none there either). */
const FIRST_IS_WITHOUT: Readonly<Record<string, string>> = { 'modern-bert': 'attn_norm.weight' };

/** Whether the first block of an architecture has no such tensor. */
export function isNotInFirst(architecture: string | null, stem: string): boolean {
  return architecture !== null && Object.hasOwn(FIRST_IS_WITHOUT, architecture) && FIRST_IS_WITHOUT[architecture] === stem;
}
