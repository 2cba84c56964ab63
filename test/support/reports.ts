import type { CheckpointReport, Finding, LedgerEntry, Report } from '../../src/report/report.ts';
import { prose } from '../../src/report/report.ts';

/** Handwritten reports for the tests of reporters and publishers. The numbers of the seed case are those of a real save. */

const HELP = 'https://github.com/headcheck/headcheck/blob/main/docs/rules/';

export function finding(overrides: Partial<Finding> & { readonly rule: string }): Finding {
  return {
    severity: 'error', title: prose`a finding`, message: prose`Something is wrong.`, cause: null, parameters: [], fix: null,
    helpUrl: `${HELP}${overrides.rule}.md`, location: null, waived: null, ...overrides,
  };
}

export function checkpoint(overrides: Partial<CheckpointReport>): CheckpointReport {
  return {
    reference: './out/checkpoint', revision: null, format: 'safetensors', verdict: 'complete', reason: null, base: null,
    architecture: { modelType: 'llama', class: 'LlamaForCausalLM', intendedClass: 'LlamaForCausalLM', declaredClass: null },
    totals: { tensors: 2, parameters: 8, bytes: 16, baseTensors: 0, baseParameters: 0, baseBytes: 0 },
    missing: [], unexpected: [], mismatched: [], tied: [], renamed: [], ledger: [], shards: [], loaders: [], findings: [], skipped: [], origin: null,
    ...overrides,
  };
}

export function reportOf(...checkpoints: readonly CheckpointReport[]): Report {
  const order = ['unreadable', 'incomplete', 'unknown', 'complete'] as const;
  const verdict = order.find((one) => checkpoints.some((other) => other.verdict === one)) ?? 'unknown';
  return { tool: { name: 'headcheck', version: '0.1.0' }, verdict, checkpoints, notices: [] };
}

const LM_HEAD = { name: 'lm_head.weight', dtype: 'BF16', shape: [128_256, 4_096], bytes: 1_050_673_152 };

const SEED_LEDGER: readonly LedgerEntry[] = [
  { cause: 'missing-parameters', bytes: -1_050_673_152, detail: prose`${'lm_head.weight'}, 128,256 × 4,096 × 2 bytes` },
  { cause: 'header-text', bytes: -1_856, detail: ['shorter names in 4 headers'] },
];

/** Llama 3.1 8B loaded with `AutoModel` and saved. */
export const seed: CheckpointReport = checkpoint({
  reference: './out/llama-3.1-8b-support',
  verdict: 'incomplete',
  base: { reference: 'hf://meta-llama/Llama-3.1-8B', revision: 'd04e592bb4f6aa9cfee91e2e20afa771667e1d4b', found: 'model-card', within: null },
  architecture: { modelType: 'llama', class: 'LlamaModel', intendedClass: 'LlamaForCausalLM', declaredClass: null },
  totals: { tensors: 290, parameters: 7_504_924_672, bytes: 15_009_849_344, baseTensors: 291, baseParameters: 8_030_261_248, baseBytes: 16_060_522_496 },
  missing: [LM_HEAD],
  ledger: SEED_LEDGER,
  shards: [
    { path: 'model-00001-of-00004.safetensors', baseBytes: 4_976_698_672, bytes: 4_976_698_176 },
    { path: 'model-00002-of-00004.safetensors', baseBytes: 4_999_802_720, bytes: 4_999_802_096 },
    { path: 'model-00003-of-00004.safetensors', baseBytes: 4_915_916_176, bytes: 4_915_915_576 },
    { path: 'model-00004-of-00004.safetensors', baseBytes: 1_168_138_808, bytes: 117_465_520 },
  ],
  loaders: [
    { loader: 'transformers 4.57', outcome: prose`loads it into ${'LlamaForCausalLM'}, fills ${'lm_head.weight'} with random numbers, and only warns` },
    { loader: 'transformers 5.18', outcome: prose`the same` },
    { loader: 'vLLM', outcome: prose`ties the head to ${'embed_tokens.weight'} and serves wrong tokens` },
  ],
  findings: [
    finding({
      rule: 'head-missing',
      title: prose`${'lm_head.weight'} is missing`,
      message: prose`The base stores ${'lm_head.weight'}, the config does not tie it to the input embedding, and no shard of the checkpoint holds it. A loader fills it with random numbers and only warns.`,
      cause: prose`It was saved from ${'LlamaModel'}, the class without the head: the config names it, and the names lack the prefix ${'model.'}.`,
      parameters: ['lm_head.weight'],
      fix: {
        steps: prose`Load with ${'AutoModelForCausalLM'} instead of ${'AutoModel'} and save again. If the head was not trained, it can be taken from the base:`,
        code: {
          language: 'python',
          text: [
            'import torch',
            'from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer',
            '',
            'model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.1-8B", dtype=torch.bfloat16)',
            'body = AutoModel.from_pretrained("./out/llama-3.1-8b-support", dtype=torch.bfloat16)',
            'model.model.load_state_dict(body.state_dict())',
            'model.save_pretrained("./out/llama-3.1-8b-support-fixed")',
          ].join('\n'),
        },
      },
      location: { path: 'config.json', line: 3 },
    }),
  ],
  origin: { path: 'deploy/serving.yaml', line: 12 },
});

/** Llama 3.2 1B saved the same way: nothing is lost, only the class is the bare one. */
export const tied: CheckpointReport = checkpoint({
  reference: './out/llama-3.2-1b',
  base: { reference: 'hf://meta-llama/Llama-3.2-1B', revision: null, found: 'model-card', within: null },
  architecture: { modelType: 'llama', class: 'LlamaForCausalLM', intendedClass: 'LlamaForCausalLM', declaredClass: null },
  totals: { tensors: 146, parameters: 1_235_814_400, bytes: 2_471_628_800, baseTensors: 146, baseParameters: 1_235_814_400, baseBytes: 2_471_628_800 },
  tied: [{ name: 'lm_head.weight', source: 'model.embed_tokens.weight' }],
  shards: [{ path: 'model.safetensors', baseBytes: 2_471_645_608, bytes: 2_471_645_608 }],
  findings: [
    finding({
      rule: 'head-tied', severity: 'note',
      title: prose`${'lm_head.weight'} is not stored because it is tied`,
      message: prose`${'tie_word_embeddings'} is true: the head shares the storage of ${'model.embed_tokens.weight'}, and every loader ties it again.`,
      parameters: ['lm_head.weight'],
    }),
  ],
});

/** Tied, and saved from the bare class. */
export const headless: CheckpointReport = {
  ...tied,
  reference: './out/llama-3.2-1b-bare',
  architecture: { modelType: 'llama', class: 'LlamaModel', intendedClass: 'LlamaForCausalLM', declaredClass: null },
  shards: [{ path: 'model.safetensors', baseBytes: 2_471_645_608, bytes: 2_471_644_736 }],
  ledger: [{ cause: 'header-text', bytes: -872, detail: ['shorter names in 1 header'] }],
  findings: [
    finding({
      rule: 'headless-architecture', severity: 'warning',
      title: prose`The config names ${'LlamaModel'}, a class without a head`,
      message: prose`Nothing is lost, because the head is tied. But serving engines choose the class from ${'architectures'} and would not generate text with this one.`,
      cause: prose`It was saved from ${'AutoModel'}.`,
      fix: { steps: prose`Set the class in ${'config.json'}:`, code: { language: 'json', text: '"architectures": ["LlamaForCausalLM"]' } },
      location: { path: 'config.json', line: 3 },
    }),
    ...tied.findings,
  ],
};

/** Nothing to say. */
export const passing: CheckpointReport = checkpoint({
  reference: './out/qwen-7b',
  base: { reference: 'hf://Qwen/Qwen2.5-7B', revision: null, found: 'config', within: null },
  architecture: { modelType: 'qwen2', class: 'Qwen2ForCausalLM', intendedClass: 'Qwen2ForCausalLM', declaredClass: null },
  totals: { tensors: 339, parameters: 7_615_616_512, bytes: 15_231_233_024, baseTensors: 339, baseParameters: 7_615_616_512, baseBytes: 15_231_233_024 },
});

/** Cut off while it was written. */
export const truncated: CheckpointReport = checkpoint({
  reference: 'hf://acme/mistral-ft', revision: '0123456789abcdef0123456789abcdef01234567', verdict: 'unreadable',
  totals: { tensors: 0, parameters: 0, bytes: 0, baseTensors: 0, baseParameters: 0, baseBytes: 0 },
  findings: [
    finding({
      rule: 'file-truncated',
      title: prose`${'model-00002-of-00003.safetensors'} ends 1,048,576 bytes too early`,
      message: prose`Its header speaks of ${4_999_819_336} bytes; the file has ${4_998_770_760}.`,
      fix: { steps: prose`Upload the file again.`, code: null },
      location: { path: 'model-00002-of-00003.safetensors', line: null },
    }),
  ],
});

/** Its place did not answer. */
export const unreachable: CheckpointReport = checkpoint({
  reference: 'hf://acme/private', verdict: 'unreadable', format: 'none',
  reason: prose`The Hub answered 401 for ${'acme/private'}: it is missing, private or gated. Give a token that may read it.`,
  totals: { tensors: 0, parameters: 0, bytes: 0, baseTensors: 0, baseParameters: 0, baseBytes: 0 },
});

/** Remote code, no base. */
export const undecided: CheckpointReport = checkpoint({
  reference: './out/custom', verdict: 'unknown',
  reason: prose`its code is its own (${'auto_map'} in ${'config.json'}) and no base is named`,
  architecture: { modelType: 'acme_moe', class: 'AcmeMoeForCausalLM', intendedClass: null, declaredClass: null },
  skipped: [{ rule: 'head-missing', reason: 'the class is not known' }],
});

/** Several faults at once, with long lists. */
export const mixed: CheckpointReport = checkpoint({
  reference: './out/merged', verdict: 'incomplete',
  base: { reference: './base', revision: null, found: 'input', within: null },
  totals: { tensors: 225, parameters: 6_000_000_000, bytes: 12_000_000_000, baseTensors: 291, baseParameters: 8_030_261_248, baseBytes: 16_060_522_496 },
  missing: [0, 1, 2, 3].flatMap((layer) => [
    { name: `model.layers.${28 + layer}.mlp.down_proj.weight`, dtype: 'BF16', shape: [4096, 14336], bytes: 117_440_512 },
    { name: `model.layers.${28 + layer}.self_attn.q_proj.weight`, dtype: 'BF16', shape: [4096, 4096], bytes: 33_554_432 },
  ]),
  unexpected: [{ name: 'value_head.weight', dtype: 'F32', shape: [1, 4096], bytes: 16_384 }],
  mismatched: [{ name: 'model.embed_tokens.weight', expected: { dtype: 'BF16', shape: [128256, 4096] }, actual: { dtype: 'BF16', shape: [128264, 4096] } }],
  ledger: [
    { cause: 'missing-parameters', bytes: -603_979_776, detail: prose`${8} tensors` },
    { cause: 'unexpected-parameters', bytes: 16_384, detail: prose`${'value_head.weight'}` },
    { cause: 'shape', bytes: 65_536, detail: prose`${'model.embed_tokens.weight'}` },
  ],
  shards: [{ path: 'model-00001-of-00002.safetensors', baseBytes: null, bytes: 6_000_000_000 }, { path: 'model-00001-of-00004.safetensors', baseBytes: 4_976_698_672, bytes: null }],
  findings: [
    finding({
      rule: 'layers-missing', title: prose`4 of 32 layers are missing`, message: prose`${'num_hidden_layers'} is ${32}; the shards hold layers ${0} to ${27}.`,
      fix: { steps: prose`Save again from the process that holds all layers.`, code: null }, parameters: ['model.layers.28.mlp.down_proj.weight'],
    }),
    finding({
      rule: 'vocabulary-mismatch', title: prose`The embedding has 128,264 rows, the config says 128,256`, message: prose`Loading stops with a size mismatch.`,
      fix: { steps: prose`Set ${'vocab_size'} to ${128264}:`, code: { language: 'json', text: '"vocab_size": 128264' } },
    }),
    finding({ rule: 'unexpected-parameters', severity: 'warning', title: prose`${'value_head.weight'} is not in the base`, message: prose`Loaders ignore it.` }),
    finding({ rule: 'dtype-widened', severity: 'warning', title: prose`Saved in float32`, message: prose`Twice the bytes of the base.`, waived: { reason: 'full-precision release, agreed in #12', until: '2027-01-31' } }),
  ],
  skipped: [{ rule: 'tied-head-differs', reason: 'the head is not stored' }],
});

/** As many as a monorepo's nightly run has. */
export function fleet(count: number): Report {
  return reportOf(
    ...Array.from({ length: count }, (_, i): CheckpointReport => {
      const reference = `hf://acme/model-${String(i).padStart(3, '0')}`;
      if (i % 67 === 5) return { ...seed, reference };
      if (i % 97 === 3) return { ...truncated, reference };
      if (i % 50 === 7) return { ...headless, reference };
      return i % 3 === 0 ? { ...tied, reference } : { ...passing, reference };
    }),
  );
}

/** A report with that string wherever a string of others can stand. */
export function hostile(text: string): Report {
  const tensor = { name: text, dtype: 'BF16', shape: [2, 2], bytes: 8 };
  const one = checkpoint({
    reference: text, revision: text, verdict: 'incomplete', reason: prose`${text}`,
    base: { reference: text, revision: text, found: text, within: text },
    architecture: { modelType: text, class: text, intendedClass: `${text}2`, declaredClass: `${text}3` },
    missing: [tensor], unexpected: [tensor], mismatched: [{ name: text, expected: tensor, actual: tensor }],
    tied: [{ name: text, source: text }], renamed: [{ name: text, from: text }],
    ledger: [{ cause: 'missing-parameters', bytes: -8, detail: [text, { code: text }] }],
    shards: [{ path: text, baseBytes: 2_000_000, bytes: 8 }, { path: `${text}2`, baseBytes: 8, bytes: 16 }],
    loaders: [{ loader: text, outcome: [text, { code: text }] }],
    findings: [0, 1].map((i) =>
      finding({
        rule: 'head-missing', title: [text, { code: text }], message: [{ code: text }, text], cause: [text], parameters: [text],
        fix: { steps: [text, { code: text }], code: { language: 'python', text } },
        location: { path: text, line: 1 }, waived: i === 0 ? null : { reason: text, until: text },
      }),
    ),
    skipped: [{ rule: text, reason: text }],
    origin: { path: text, line: 1 },
  });
  return { ...reportOf(one), notices: [{ severity: 'warning', message: [text, { code: text }], location: { path: text, line: 1 } }] };
}
