import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RELEASES, UNCOUNTED } from '../../src/architecture/facts.ts';
import type { ClassFacts } from '../../src/architecture/facts.ts';
import { classFacts, knownModelTypes, loadModelTypeFacts } from '../../src/architecture/index.ts';
import { listsOf, patternOf } from '../../src/architecture/patterns.ts';
import { mapToMemory, parameterTest } from '../../src/architecture/prefix.ts';

async function everyClass(): Promise<ClassFacts[]> {
  const all = await Promise.all((await knownModelTypes()).map(loadModelTypeFacts));
  return all.flatMap((facts) => facts?.classes ?? []);
}

const classes = await everyClass();
const label = (facts: ClassFacts): string => `${facts.release} ${facts.modelType} ${facts.class}`;

test('both releases have some hundreds of classes', () => {
  for (const release of RELEASES) assert.ok(classes.filter((facts) => facts.release === release).length > 500, release);
});

test('both ends of every tie, the head and the embeddings are parameters of the class', () => {
  for (const facts of classes) {
    const isParameter = parameterTest(facts);
    const patterns = new Set(facts.groups.flatMap((group) => group.parameters.map(({ memory }) => memory)));
    for (const { target, source, byFlag, flag } of facts.ties) {
      assert.equal(byFlag, flag !== null, label(facts));
      assert.notEqual(target, source, label(facts));
    }
    for (const name of [facts.outputEmbedding, facts.inputEmbedding]) assert.ok(name === null || isParameter(name), `${label(facts)} ${name}`);
    assert.ok(!facts.bare || facts.head.length === 0, label(facts));
    assert.ok(patterns.size > 0, label(facts));
  }
});

test('every group has parameters of its scope, and no parameter stands twice', () => {
  for (const facts of classes) {
    const seen = new Set<string>();
    for (const { scope, parameters } of facts.groups) {
      assert.ok(parameters.length > 0, label(facts));
      for (const { disk } of parameters) {
        assert.ok(!seen.has(disk), `${label(facts)} ${disk}`);
        seen.add(disk);
        assert.ok(scope === '' ? !disk.split('.').includes('*') : disk.startsWith(scope), `${label(facts)} ${disk}`);
      }
    }
  }
});

test('layer lists are lists of the disk names', () => {
  for (const facts of classes) {
    const lists = listsOf(facts, 'disk');
    for (const list of Object.keys(facts.layers)) assert.ok(lists.has(list), `${label(facts)} ${list}`);
  }
});

test('regular expressions are ones that JavaScript takes', () => {
  for (const facts of classes) {
    for (const pattern of [...facts.ignoreMissing, ...facts.ignoreUnexpected, ...facts.conversions.flatMap(({ from }) => from)]) {
      assert.doesNotThrow(() => new RegExp(pattern), label(facts));
    }
  }
});

test('every name that a class writes to disk is read back as the parameter it was', () => {
  let wrong = 0;
  let total = 0;
  for (const facts of classes) {
    const parameters = facts.groups.flatMap((group) => group.parameters);
    const disk = parameters.map((parameter) => parameter.disk.replaceAll('*', '0'));
    const memory = parameters.map((parameter) => parameter.memory.replaceAll('*', '0'));
    mapToMemory(disk, facts).names.forEach((loaded, row) => {
      total += 1;
      if (loaded.memory !== memory[row]) wrong += 1;
    });
  }
  // The rest are parameters that some configurations alone have, whose names a loader of another one treats otherwise.
  assert.ok(wrong / total < 0.01, `${wrong} of ${total}`);
});

test('a name is found by the lists of its class, and numbers that count nothing stay', async () => {
  const types = await loadModelTypeFacts('deepseek_v3');
  assert.ok(types);
  const facts = classFacts(types, 'DeepseekV3ForCausalLM', '5.18.0');
  assert.ok(facts);
  assert.deepEqual(patternOf('model.layers.12.mlp.experts.255.up_proj.weight', listsOf(facts, 'disk')), { pattern: 'model.layers.*.mlp.experts.*.up_proj.weight', numbers: [12, 255] });
  assert.deepEqual(patternOf('score.0.weight', listsOf(facts, 'disk')), { pattern: 'score.0.weight', numbers: [] });
});

test('what decides about a part is told where it is no value of one setting: two sizes, a step from layer to layer, the last layers', async () => {
  const deciding = async (type: string, name: string, part: string): Promise<unknown> => {
    const facts = (await loadModelTypeFacts(type))?.classes.find((entry) => entry.class === name);
    return facts?.groups.find(({ parameters }) => parameters.some(({ disk }) => disk.endsWith(part)))?.when;
  };
  assert.deepEqual(await deciding('sew', 'SEWForCTC', 'feature_projection.weight'), { key: 'conv_dim.last|hidden_size', by: 'unequal', present: [], absent: [] });
  assert.deepEqual(await deciding('luke', 'LukeModel', 'entity_embedding_dense.weight'), { key: 'entity_emb_size|hidden_size', by: 'unequal', present: [], absent: [] });
  assert.deepEqual(await deciding('blip-2', 'Blip2ForConditionalGeneration', 'crossattention.attention.query.weight'), { key: 'qformer_config.cross_attention_frequency', by: 'every', present: [0], absent: [] });
  const shared = { key: 'text_config.num_kv_shared_layers|text_config.num_hidden_layers', by: 'end', absent: [] };
  assert.deepEqual(await deciding('gemma4', 'Gemma4ForConditionalGeneration', 'language_model.layers.*.self_attn.k_proj.weight'), { ...shared, present: [true] });
  assert.deepEqual(await deciding('gemma4', 'Gemma4ForConditionalGeneration', 'language_model.layers.*.self_attn.v_proj.weight'), { ...shared, present: [] }, 'where keys are values too there are none before the end');
  assert.deepEqual(await deciding('gemma4_text', 'Gemma4ForCausalLM', 'layers.*.router.proj.weight'), { key: 'enable_moe_block', by: 'value', present: [true], absent: [false] });
});

test('an encoder that is saved by itself has its dense layers, and lists that layers share are lists', async () => {
  const names = async (type: string, name: string): Promise<ReadonlySet<string>> => {
    const facts = (await loadModelTypeFacts(type))?.classes.find((entry) => entry.class === name);
    return new Set(facts?.groups.flatMap(({ parameters }) => parameters.map(({ disk }) => disk)));
  };
  assert.ok((await names('switch_transformers', 'SwitchTransformersEncoderModel')).has('encoder.block.*.layer.1.mlp.wi.weight'));
  assert.ok((await names('zamba2', 'Zamba2ForCausalLM')).has('model.layers.*.shared_transformer.self_attn.linear_q_adapter_list.*.0.weight'));
});

test('no size is given by what was the same only as long as a list was as long', async () => {
  const facts = await loadModelTypeFacts('encodec');
  for (const entry of facts?.classes ?? []) {
    const dims = entry.groups.flatMap(({ parameters }) => parameters).find(({ disk }) => disk === 'decoder.layers.9.conv.weight')?.dims;
    assert.deepEqual(dims, [null, null, null]);
  }
});

test('a list that a switch makes longer is counted by no setting', async () => {
  for (const entry of (await loadModelTypeFacts('blt'))?.classes.filter(({ class: name }) => name === 'BltForCausalLM') ?? []) {
    assert.deepEqual(['local_decoder', 'local_encoder'].map((side) => entry.layers[`model.${side}.cross_attn_layers`]), [UNCOUNTED, UNCOUNTED]);
  }
});

test('experts that a loader merges share one parameter in memory', async () => {
  const types = await loadModelTypeFacts('mixtral');
  assert.ok(types);
  const facts = classFacts(types, 'MixtralForCausalLM', '5.18.0');
  assert.ok(facts);
  const memory = new Set(facts.groups.flatMap((group) => group.parameters).filter(({ disk }) => /experts\.\*\.w[13]/.test(disk)).map((parameter) => parameter.memory));
  assert.deepEqual([...memory], ['model.layers.*.mlp.experts.gate_up_proj']);
});
