import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startHub, type Hub } from '../support/hub/hub.ts';
import type { CorpusCase } from '../support/checkpoints/corpus.ts';
import { fullSize, Headcheck, unwrapped, weightBytes } from './support.ts';

const SEED = 'meta-llama/Llama-3.1-8B';
/** Models whose head is tied, with the class that has it and the tensor that is it. */
const TIED = [
  { model: 'meta-llama/Llama-3.2-1B', bare: 'LlamaModel', whole: 'LlamaForCausalLM', embedding: 'embed_tokens.weight' },
  { model: 'Qwen/Qwen2.5-0.5B', bare: 'Qwen2Model', whole: 'Qwen2ForCausalLM', embedding: 'embed_tokens.weight' },
  { model: 'google/gemma-2-2b', bare: 'Gemma2Model', whole: 'Gemma2ForCausalLM', embedding: 'embed_tokens.weight' },
  { model: 'openai-community/gpt2', bare: 'GPT2Model', whole: 'GPT2LMHeadModel', embedding: 'wte.weight' },
] as const;

/** A save whose last shard alone is another than the base's, as when the head is dropped from the file. */
function lastShardOnly(base: CorpusCase, saved: CorpusCase): CorpusCase {
  const [first, last] = [base.files.slice(0, -1), saved.files.slice(-1)];
  return { ...base, files: [...first, ...last.map((file) => ({ ...file, header: file.header.replace('"norm.weight"', '"model.norm.weight"').replace(/"(layers\.)/g, '"model.$1') }))] };
}

describe('real models at full size, through the bundle', () => {
  let headcheck: Headcheck;
  let hub: Hub;
  let seed: { base: CorpusCase; saved: CorpusCase };

  before(async () => {
    headcheck = await Headcheck.install();
    seed = await fullSize(SEED);
    const repos: Record<string, { directory: string }> = {};
    for (const model of [SEED, ...TIED.map(({ model }) => model)]) {
      const { base, saved } = await fullSize(model);
      await headcheck.layOut(`${model}/base`, base);
      await headcheck.layOut(`${model}/saved`, saved);
      repos[model] = { directory: `${headcheck.folder}/${model}/base` };
      repos[`${model}-saved`] = { directory: `${headcheck.folder}/${model}/saved` };
    }
    await headcheck.layOut('last-shard', withPadding(lastShardOnly(seed.base, seed.saved)));
    repos['me/last-shard'] = { directory: `${headcheck.folder}/last-shard` };
    hub = await startHub({ repos });
  });
  after(async () => {
    await hub.close();
    await headcheck.remove();
  });

  /** Both ways to name the pair: folders here, repositories there. */
  const pairs = (model: string): { where: string; argv: string[]; env: Record<string, string> }[] => [
    { where: 'folders', argv: ['check', `${model}/saved`, '--base', `${model}/base`], env: {} },
    { where: 'the Hub', argv: ['check', `hf://${model}-saved`, '--base', `hf://${model}`], env: { HF_ENDPOINT: hub.endpoint } },
  ];

  it('tells the seed story', async () => {
    for (const { where, argv, env } of pairs(SEED)) {
      const { code, out, err } = await headcheck.run(argv, env);
      assert.deepEqual({ where, code, err }, { where, code: 1, err: '' });
      const prose = unwrapped(out);
      assert.match(prose, /is incomplete: the head `lm_head\.weight` is missing/);
      assert.match(prose, /`lm_head\.weight` is not in the checkpoint: 1,050,673,152 bytes \(1\.05 GB\) are missing\. It is not tied/);
      assert.match(prose, /Saved from the bare class `LlamaModel`/);
      assert.match(out, /lm_head\.weight +BF16 +128,256 × 4,096 × 2 bytes = 1,050,673,152\n/);
      assert.match(out, /model-00004-of-00004\.safetensors +1\.17 GB +117 MB +−1,050,673,288\n/);
      assert.match(out, /missing parameters .* −1,050,673,152\n.*header text .* −1,856\n *Sum +−1,050,675,008\n/);
      assert.match(out, /model = AutoModelForCausalLM\.from_pretrained\("/);
    }
  });

  it('accounts for every byte of the seed story', async () => {
    const { base, saved } = seed;
    for (const { argv, env } of pairs(SEED)) {
      const { code, out } = await headcheck.run([...argv, '--format', 'json'], env);
      const [report] = JSON.parse(out).checkpoints;
      assert.equal(code, 1);
      assert.equal(report.verdict, 'incomplete');
      assert.deepEqual(report.missing, [{ name: 'lm_head.weight', dtype: 'BF16', shape: [128256, 4096], bytes: 1050673152 }]);
      assert.deepEqual([report.unexpected, report.mismatched, report.tied], [[], [], []]);
      assert.deepEqual(report.architecture, { modelType: 'llama', class: 'LlamaModel', intendedClass: 'LlamaForCausalLM' });
      assert.deepEqual(report.shards.at(-1), { path: 'model-00004-of-00004.safetensors', baseBytes: 1168138808, bytes: 117465520 });
      const difference = report.ledger.reduce((sum: number, { bytes }: { bytes: number }) => sum + bytes, 0);
      assert.equal(difference, weightBytes(saved) - weightBytes(base));
      assert.equal(report.ledger[0].bytes, -1050673152);
      assert.deepEqual(report.findings.map(({ rule, severity }: { rule: string; severity: string }) => [rule, severity]), [['head-missing', 'error']]);
    }
  });

  it('finds nothing lost where the head is tied, and warns of the bare class', async () => {
    for (const { model, bare, whole, embedding } of TIED) {
      for (const { where, argv, env } of pairs(model)) {
        const [text, json] = await Promise.all([headcheck.run(argv, env), headcheck.run([...argv, '--format', 'json'], env)]);
        assert.deepEqual({ where, model, code: text.code, err: text.err }, { where, model, code: 0, err: '' });
        const prose = unwrapped(text.out);
        assert.match(prose, /is complete, with 1 warning/);
        assert.ok(prose.includes(`config.json names \`${bare}\`, the class without the head.`), prose);
        assert.ok(prose.includes('No weight is lost, since the head is tied to the embedding.'), prose);
        // Where the names lack a prefix that vLLM does not put back, the class alone would not do.
        assert.ok(prose.includes(whole === 'GPT2LMHeadModel' ? `"architectures": ["${whole}"]` : 'Load it with `AutoModelForCausalLM` and save it again'), prose);
        const [report] = JSON.parse(json.out).checkpoints;
        assert.equal(report.verdict, 'complete');
        assert.deepEqual([report.missing, report.unexpected, report.mismatched], [[], [], []]);
        assert.deepEqual(report.tied, [{ name: 'lm_head.weight', source: embedding }]);
        assert.deepEqual(report.findings.map(({ rule, severity }: { rule: string; severity: string }) => [rule, severity]), [['headless-architecture', 'warning'], ['head-tied', 'note']]);
      }
    }
  });

  it('asks the Hub once for each shard, and never for one whose hash is the base\'s', async () => {
    const requests = async (reference: string): Promise<string[]> => {
      hub.requests.length = 0;
      assert.equal((await headcheck.run(['check', reference, '--base', `hf://${SEED}`], { HF_ENDPOINT: hub.endpoint })).code, 1);
      return hub.requests.map(({ server, url }) => (server === 'files' ? 'files' : url.replace(/\?.*/, '').replace(/[0-9a-f]{40}/, 'SHA'))).sort();
    };
    const asked = (repo: string, shards: readonly number[]): string[] => [
      `/api/models/${repo}/revision/main`, `/api/models/${repo}/tree/SHA`,
      ...['config.json', 'model.safetensors.index.json', ...shards.map((i) => `model-0000${i}-of-00004.safetensors`)].map((file) => `/${repo}/resolve/SHA/${file}`),
      ...shards.map(() => 'files'),
    ];
    assert.deepEqual(await requests(`hf://${SEED}-saved`), [...asked(SEED, [1, 2, 3, 4]), ...asked(`${SEED}-saved`, [1, 2, 3, 4])].sort());
    const shared = await requests('hf://me/last-shard');
    assert.equal(shared.filter((url) => url === 'files').length, 5);
    for (const i of [1, 2, 3]) assert.equal(shared.filter((url) => url.endsWith(`model-0000${i}-of-00004.safetensors`)).length, 1);
  });
});

/** Sizes anew after names have changed: the header grows or shrinks, the data does not. */
function withPadding(item: CorpusCase): CorpusCase {
  return { ...item, files: item.files.map(({ path, size, header }) => {
    const ends = [...header.matchAll(/"data_offsets":\[\d+,(\d+)\]/g)].map(([, end]) => Number(end));
    const text = header.trimEnd().padEnd(Math.ceil(header.trimEnd().length / 8) * 8);
    return { path, size: ends.length === 0 ? size : 8 + text.length + Math.max(...ends), header: text };
  }) };
}
