import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loraAdapter } from '../../src/diagnosis/adapter-examples.ts';
import { bareLlama, bert, llama } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { RULES } from '../../src/diagnosis/catalogue.ts';
import { unsafePickle } from '../../src/diagnosis/rules/unsafe-pickle.ts';
import { markdown } from '../../src/report/markdown.ts';
import { plain } from '../../src/report/report.ts';
import type { CheckpointReport, Finding } from '../../src/report/report.ts';
import { terminal } from '../../src/report/terminal.ts';
import { judged, rulesOf } from '../support/examples.ts';
import { checkpoint, finding, reportOf } from '../support/reports.ts';

const text = (report: CheckpointReport): string => terminal(reportOf(report), { colour: false, width: 110 });

async function said(rule: string, example: { readonly checkpoint: ExampleCheckpoint; readonly base?: ExampleCheckpoint }): Promise<Finding> {
  const found = (await judged(example)).findings.find((one) => one.rule === rule);
  assert.ok(found !== undefined, `${rule} says nothing`);
  return found;
}

describe('a pickle that no loader opens', () => {
  const [planted, careless] = unsafePickle.examples().fires;

  test('is an error; one that runs commands is said to', async () => {
    assert.ok(planted !== undefined && careless !== undefined);
    const shell = await said('unsafe-pickle', planted);
    assert.equal(plain(shell.title), 'pytorch_model.bin runs code when it is opened (posix.system): do not load it');
    assert.deepEqual([shell.severity, shell.fix?.code], ['error', null]);
    const args = await said('unsafe-pickle', careless);
    assert.deepEqual([args.severity, plain(args.title)], ['error', 'pytorch_model.bin asks for code beyond tensors']);
    // Older torch, and whoever asks for it, does run the file.
    for (const one of [shell, args]) assert.match(plain(one.message), /PyTorch 2\.6 and later refuse the file; older ones, and weights_only=False, run what it names/);
  });
});

test('of more layers than are looked for, those that the config counts are told, and what was counted of them', async () => {
  for (const [layers, last] of [[4096, 4095], [4097, 4096], [5000, 4999], [1e9, 999_999_999]] as const) {
    for (const base of [{}, { base: llama() }]) {
      const { title, message } = await said('layers-missing', { checkpoint: llama({ config: { num_hidden_layers: layers } }), ...base });
      assert.equal(plain(title), `Layers 2–${last} of model.layers.* are missing`);
      assert.match(plain(message), layers > 4096 ? /is stored: of the first 4,096 alone, 36,846 parameters, / : /is stored: 36,846 parameters, /);
    }
  }
});

test('the cause of a warning stands under a complete verdict too', () => {
  const report = checkpoint({ findings: [finding({ rule: 'stale-files', severity: 'warning', cause: ['It came about so.'] })] });
  assert.match(text(report), /It came about so\./);
  assert.match(markdown(reportOf(report)), /It came about so\./);
});

test('every empty tensor is counted, also where its shape is not known', async () => {
  const sound = llama();
  const emptied = { ...sound, tensors: Object.fromEntries(Object.entries(sound.tensors).map(([name, [dtype]]) => [name, [dtype, 0] as const])) };
  const all = Object.keys(sound.tensors).length;
  for (const example of [{ checkpoint: emptied }, { checkpoint: emptied, base: sound }, { checkpoint: { ...emptied, config: { model_type: 'own' } } }]) {
    assert.equal(plain((await said('empty-tensors', example)).title), `All ${all} tensors are empty`);
  }
  const one = { ...sound, tensors: { ...sound.tensors, 'model.norm.weight': ['BF16', 0] as const } };
  assert.equal(plain((await said('empty-tensors', { checkpoint: one, base: sound })).title), `1 of ${all} tensors are empty`);
  assert.deepEqual(rulesOf(await judged({ checkpoint: one, base: one })), [], 'as empty in the base');
});

describe('a classifier that was saved from the bare class', () => {
  test('is known by its labels, which are shown as code, and may be declared to have no head', async () => {
    const { message, cause, fix, parameters } = await said('head-missing', { checkpoint: bert({ bare: true, labels: ['**joy**', 'anger', 'fear', 'a', 'b'] }) });
    assert.match(plain(message), /config\.json names 5 labels \(\*\*joy\*\*, anger, fear and 2 more\), which only a classification head uses \(that of BertForSequenceClassification, or of BertForTokenClassification\)\./);
    assert.ok(message.some((part) => typeof part !== 'string' && part.code === '**joy**'));
    assert.match(plain(cause ?? []), /AutoModel instead of AutoModelForSequenceClassification/);
    assert.match(plain(fix?.steps ?? []), /declare the bare class: class in the config file, or --class\./);
    assert.deepEqual(parameters, ['classifier.bias', 'classifier.weight']);
    const trained = await said('head-missing', { checkpoint: bert({ bare: true, problemType: 'regression' }) });
    assert.match(plain(trained.message), /config\.json says problem_type: regression, which only the training of a classification head writes\./);
    assert.deepEqual((await said('head-missing', { checkpoint: bareLlama({ config: { id2label: { 0: 'yes', 1: 'no' } } }) })).parameters, ['score.weight']);
  });

  test('lacks its head whatever releases make of a tie flag, which is for other heads', async () => {
    const tensors = { 'model.embed_tokens.weight': ['F32', 8, 8], 'model.final_layernorm.weight': ['F32', 8] } as const;
    assert.deepEqual((await said('head-missing', { checkpoint: { config: { architectures: ['ZambaForSequenceClassification'], model_type: 'zamba' }, tensors } })).parameters, ['score.weight']);
  });
});

test('a bare class beside a stored head loses nothing, and what is said of it says so', async () => {
  const { message } = await said('headless-architecture', { checkpoint: llama({ architecture: 'LlamaModel' }) });
  assert.match(plain(message), /^No weight is lost, since the head is stored\. But serving/);
});

describe('a head of which a part is tied', () => {
  test('loaders and notes do not call the whole head tied', async () => {
    const report = await judged({ checkpoint: bert({ bare: true }), base: bert() });
    assert.deepEqual(report.loaders.map(({ loader, outcome }) => `${loader}: ${plain(outcome)}`), ['transformers 4.57', 'transformers 5.18'].map((loader) =>
      `${loader}: loads, warns, and fills 5 parameters with newly initialised values; cls.predictions.decoder.weight is the embedding`));
    assert.doesNotMatch(report.findings.map(({ title }) => plain(title)).join(), /The head is tied/);
  });

  test('the ledger names one parameter and counts the rest', async () => {
    const { ledger } = await judged({ checkpoint: bert({ bare: true }), base: bert() });
    assert.equal(plain(ledger.find(({ cause }) => cause === 'missing-parameters')?.detail ?? []), '5 parameters: cls.predictions.bias and 4 more');
  });
});

describe('a prefix in all names', () => {
  test('is taken off where it leads, and the same parameters are not listed twice', async () => {
    const report = await judged({ checkpoint: llama({ rename: (name) => `_orig_mod.${name}` }) });
    const [main] = report.findings;
    assert.match(main?.fix?.code?.text ?? '', /name\.removeprefix\("_orig_mod\."\)/);
    assert.match(plain(main?.message ?? []), /^All \d+ tensors have .* The values are all there; only the names are wrong\.$/);
    assert.match(text(report), /Missing and unexpected are the same \d+ parameters/);
    assert.doesNotMatch(text(report), /^ *(?:Missing|Unexpected) +Type/m);
    assert.match(markdown(reportOf(report)), /parameters that the model does not have/);
  });

  test('is replaced where it stands within', async () => {
    const main = await said('wrapper-prefix', { checkpoint: llama({ rename: (name) => name.replace(/^model\./, 'model._orig_mod.') }), base: llama() });
    assert.match(main.fix?.code?.text ?? '', /name\.replace\("_orig_mod\.", ""\)/);
  });
});

describe('what is said once, or not at all', () => {
  test('of what was not judged at all, the verdict says why', async () => {
    for (const checkpoint of [{ ...llama(), config: null }, { config: llama().config, tensors: {}, files: { 'model.safetensors': '' } }]) assert.deepEqual((await judged({ checkpoint })).skipped, []);
  });

  test('vLLM is not told of where it serves no text', async () => {
    const loaders = async (architecture: string): Promise<string[]> => (await judged({ checkpoint: llama({ architecture }) })).loaders.map(({ loader }) => loader);
    assert.ok((await loaders('LlamaForCausalLM')).includes('vLLM'));
    assert.ok(!(await loaders('LlamaForTokenClassification')).includes('vLLM'));
  });

  test('a pipeline of diffusers says of which components nothing is known', async () => {
    const files = { 'model_index.json': '{"_class_name": "P", "scheduler": ["diffusers", "PNDMScheduler"], "unet": ["diffusers", "UNet2DConditionModel"]}', 'model.safetensors.index.json': null };
    const report = await judged({ checkpoint: { config: null, tensors: { 'a.weight': ['F32', 2] }, shards: { 'unet/diffusion_pytorch_model.safetensors': ['a.weight'] }, files } });
    assert.equal(plain(report.reason ?? []), 'What unet should hold shows only beside the base: nothing is known of the classes of diffusers. Name the base to get a verdict.');
  });

  test('text under a name of weights is described in the title alone', async () => {
    const found = await said('not-safetensors', { checkpoint: { config: null, tensors: {}, files: { 'model.safetensors': 'hello\n' } } });
    assert.match(plain(found.title), /hello/);
    assert.equal(plain(found.message), 'It holds no weights: loaders refuse it.');
    assert.doesNotMatch(plain(found.fix?.steps ?? []), /renaming|upload/i);
  });
});

describe('what to do is said for the case at hand', () => {
  const lastGone = (config: Readonly<Record<string, unknown>>) => llama({ layers: 4, config, rename: (name) => (name.includes('.layers.3.') ? null : name) });

  test('layers that were removed on purpose: which setting is to say so, and what', async () => {
    const steps = async (checkpoint: ExampleCheckpoint): Promise<string> => plain((await said('layers-missing', { checkpoint })).fix?.steps ?? []);
    assert.match(await steps(lastGone({})), /removed on purpose, set num_hidden_layers to 3 in config\.json/);
    assert.match(await steps(llama({ layers: 4, rename: (name) => (name.includes('.layers.1.') ? null : name) })), /number the others anew from 0, and set num_hidden_layers to 3/);
  });

  test('layers that the config does not count: which setting, and that the base has them', async () => {
    const checkpoint = llama({ layers: 4, config: { num_hidden_layers: 2 } });
    for (const base of [{}, { base: llama({ layers: 4 }) }]) {
      const { title, message, fix } = await said('unexpected-parameters', { checkpoint, ...base });
      assert.equal(plain(title), 'config.json counts 2 layers, and 4 are stored');
      assert.match(plain(message), /^num_hidden_layers is 2: loaders ignore layers 2–3, 18 parameters \(123,392 bytes, 123 kB\) such as model\.layers\.2\.input_layernorm\.weight/);
      assert.equal(/The base has them too\.$/.test(plain(message)), 'base' in base);
      assert.equal(fix?.code?.text, '"num_hidden_layers": 4');
    }
    const mixed = { ...checkpoint, tensors: { ...checkpoint.tensors, 'value_head.weight': ['BF16', 1, 64] as const } };
    assert.equal(plain((await said('unexpected-parameters', { checkpoint: mixed })).title), '19 parameters are not part of the model');
    assert.doesNotMatch(plain((await said('unexpected-parameters', { checkpoint: mixed, base: llama({ layers: 4 }) })).message), /The base does not have/);
  });

  test('an adapter of another rank than its config says: which of the two is to be changed', async () => {
    const rank = await said('shape-mismatch', { checkpoint: loraAdapter({ config: { r: 16 } }) });
    assert.equal(plain(rank.cause ?? []), 'All of it has rank 8; adapter_config.json says r = 16.');
    assert.match(plain(rank.fix?.steps ?? []), /^Set r to 8 in adapter_config\.json/);
    const torn = await said('shape-mismatch', { checkpoint: loraAdapter({ tensors: { 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight': ['F32', 4, 64] } }) });
    assert.match(plain(torn.fix?.steps ?? []), /^Check that adapter_config\.json and the base belong/);
  });

  test('a wrapper left in the names: a script that writes a whole copy, index and all', async () => {
    const code = async (checkpoint: ExampleCheckpoint): Promise<string> => (await said('wrapper-prefix', { checkpoint, base: llama() })).fix?.code?.text ?? '';
    const wrapped = llama({ rename: (name) => `module.${name}` });
    const single = await code(wrapped);
    assert.match(single, /^# Run in the checkpoint's folder/);
    assert.match(single, /weights = \["model\.safetensors"\]/);
    assert.match(single, /shutil\.copy\(path, "repaired"\)/);
    assert.doesNotMatch(single, /json/);
    const names = Object.keys(wrapped.tensors);
    const sharded = await code({ ...wrapped, shards: { 'model-00001-of-00002.safetensors': names.slice(0, 8), 'model-00002-of-00002.safetensors': names.slice(8) } });
    assert.match(sharded, /glob\.glob\("\*\.safetensors"\)/);
    assert.match(sharded, /index\["weight_map"\] = \{renamed\(name\)/);
  });

  test('a pickled object is told of once', async () => {
    const [, careless] = unsafePickle.examples().fires;
    assert.ok(careless !== undefined);
    const file = careless.checkpoint.files?.['pytorch_model.bin'];
    assert.ok(typeof file === 'object' && file !== null);
    // The same file with a module in place of the dict, and no storage.
    const written = Buffer.from(file.base64, 'base64').toString('latin1');
    const start = written.slice(0, written.indexOf('I1001\n.(d.') + 'I1001\n.(d.'.length);
    const bytes = { base64: Buffer.from(`${start}c__main__\nModel\n(tR.(l.`, 'latin1').toString('base64') };
    const whole = { ...careless.checkpoint, config: llama().config, files: { ...careless.checkpoint.files, 'pytorch_model.bin': bytes } };
    assert.deepEqual(rulesOf(await judged({ checkpoint: whole }), 'error'), ['unsafe-pickle']);
  });
});

test('Python that is to be pasted brings what it uses, or says what it takes from the training run', async () => {
  for (const rule of RULES) {
    for (const example of rule.examples().fires) {
      const codes = (await judged(example)).findings.flatMap(({ rule: id, fix }) => (id === rule.id && fix?.code?.language === 'python' ? [fix.code.text] : []));
      for (const code of codes) assert.match(code, /^(?:from \w[\w.]* )?import |# model: /m, `${rule.id}: ${code}`);
    }
  }
});

describe('a number of layers is offered only where it would be right', () => {
  const tall = (layers: number, kept: readonly number[]): ExampleCheckpoint => llama({ layers, config: { num_hidden_layers: 2 }, rename: (name) => (/layers\.(\d+)\./.test(name) && !kept.includes(Number(/layers\.(\d+)\./.exec(name)?.[1])) ? null : name) });

  test('layers that follow those that the config counts', async () => {
    const finding = await said('unexpected-parameters', { checkpoint: tall(4, [0, 1, 2, 3]) });
    assert.equal(plain(finding.title), 'config.json counts 2 layers, and 4 are stored');
    assert.equal(finding.fix?.code?.text, '"num_hidden_layers": 4');
  });

  test('with a gap between them, none: a loader would make up what is between', async () => {
    for (const kept of [[0, 1, 7], [0, 1, 2, 4]]) {
      const finding = await said('unexpected-parameters', { checkpoint: tall(8, kept) });
      assert.match(plain(finding.title), /parameters are not part of the model$/);
      assert.equal(finding.fix?.code, null);
    }
  });

  test('the length of a list of settings is no number to correct', async () => {
    const stages = [0, 1, 2].map((stage): [string, ['BF16', number, number, number, number]] => [`resnet.encoder.stages.${stage}.layers.0.layer.0.convolution.weight`, ['BF16', 8, 8, 3, 3]]);
    const config = { model_type: 'resnet', architectures: ['ResNetForImageClassification'], embedding_size: 8, hidden_sizes: [8, 8], depths: [1, 1], layer_type: 'basic' };
    const finding = await said('unexpected-parameters', { checkpoint: { config, tensors: Object.fromEntries(stages) } });
    assert.equal(plain(finding.title), 'resnet.encoder.stages.2.layers.0.layer.0.convolution.weight is not part of the model');
    assert.equal(finding.fix?.code, null);
  });

  test('of a config that counts billions, the number is not to be lowered by two', async () => {
    const steps = (config: Readonly<Record<string, number>>): Promise<string> => said('layers-missing', { checkpoint: llama({ config }) }).then(({ fix }) => plain(fix?.steps ?? []));
    assert.match(await steps({ num_hidden_layers: 3000 }), /set num_hidden_layers to 2 in config\.json/);
    assert.match(await steps({ num_hidden_layers: 4e9 }), /lower the number of layers in config\.json\.$/);
  });
});

describe('a tied model that lost its embedding', () => {
  const lost = (config: ExampleCheckpoint['config']): ExampleCheckpoint => {
    const { 'model.embed_tokens.weight': _, ...tensors } = llama({ tied: true }).tensors;
    return { config, tensors };
  };
  const { architectures: _, ...nameless } = llama({ tied: true }).config ?? {};

  test('is not said to be untied, with or without a base, and is to be saved again', async () => {
    for (const base of [undefined, { ...llama({ tied: true }), config: nameless }]) {
      const head = await said('head-missing', { checkpoint: lost(llama({ tied: true }).config), ...(base === undefined ? {} : { base }) });
      assert.match(plain(head.message), /It is tied to model\.embed_tokens\.weight \(tie_word_embeddings is true in config\.json\), which is missing as well\./);
      assert.match(plain(head.fix?.steps ?? []), /^Save again from the training run/);
      assert.equal(head.fix?.code, null);
      assert.doesNotMatch(plain(head.cause ?? []), /ties/);
    }
  });
});

describe('a tied language model made from a classifier', () => {
  test('is not said to tie what its base does not: that has no head', async () => {
    const report = await judged({ checkpoint: llama({ tied: true }), base: llama({ head: false, architecture: 'LlamaForSequenceClassification' }) });
    assert.ok(!rulesOf(report).includes('tie-changed'));
  });
});
