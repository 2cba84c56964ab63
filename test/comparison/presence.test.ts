import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClassFacts, Condition, ParameterGroup, Tie } from '../../src/architecture/facts.ts';
import { classFacts, loadModelTypeFacts } from '../../src/architecture/index.ts';
import { Observed } from '../../src/comparison/observed.ts';
import { Presence } from '../../src/comparison/presence.ts';
import { TableBuilder } from '../../src/format/table-builder.ts';
import type { JsonObject } from '../../src/inventory/checkpoint.ts';

const facts = await loadModelTypeFacts('llama');
const llama = facts === null ? null : classFacts(facts, 'LlamaForCausalLM', '5.18.0');
assert.ok(llama !== null);

function group(when: Partial<Condition> | null, inner: string | null = null): ParameterGroup {
  const name = 'model.layers.*.mlp.gate.weight';
  const condition: Condition | null = when === null ? null : { key: 'setting', by: 'value', present: [], absent: [], ...when };
  return { scope: 'model.layers.*', presence: 'sometimes', when: condition, inner, parameters: [{ disk: name, memory: name, dims: null }] };
}

/** What a config and the names that are stored say. */
function presence(config: JsonObject, names: readonly string[] = [], ties: readonly Tie[] = []): Presence {
  const table = new TableBuilder();
  for (const name of names) table.add(name, 'BF16', [4]);
  const known: ClassFacts = { ...llama as ClassFacts, ties: [...(llama as ClassFacts).ties, ...ties] };
  return new Presence(known, config, new Observed(known, table.build(), names.length, names.map((_, row) => row), names, names));
}

const inLayers = (one: ParameterGroup, config: JsonObject): boolean[] => [0, 1, 2].map((layer) => presence(config).isOnIn(one, layer));

describe('whether a group is there', () => {
  it('is for the entry of the layer to say', () => {
    const moe = group({ by: 'entry', present: ['sparse'], absent: ['dense'] });
    assert.deepEqual(inLayers(moe, { setting: ['dense', 'sparse', 'sparse'] }), [false, true, true]);
    assert.equal(presence({ setting: ['dense', 'sparse'] }).isOff(moe, 0), true);
    assert.equal(presence({ setting: ['dense', 'sparse'] }).isOff(moe, 1), false);
    // A word that was never tried, a list that is too short, and no list say nothing.
    for (const config of [{ setting: ['other', 'other', 'other'] }, { setting: [] }, { setting: 'sparse' }, {}]) {
      assert.deepEqual(inLayers(moe, config), [false, false, false]);
      assert.equal(presence(config).isOff(moe, 0), false);
    }
  });

  it('is for the number of the first such layer to say', () => {
    const moe = group({ by: 'start' });
    assert.deepEqual(inLayers(moe, { setting: 1 }), [false, true, true]);
    assert.equal(presence({ setting: 1 }).isOff(moe, 0), true);
    assert.deepEqual(inLayers(moe, { setting: '1' }), [false, false, false]);
    assert.equal(presence({}).isOff(moe, 0), false);
  });

  it('goes by like numbers where those that were tried all went one way', () => {
    const lora = group({ present: [1536, 3072], absent: [null] });
    assert.equal(presence({ setting: 768 }).isOn(lora), true);
    assert.equal(presence({ setting: null }).isOff(lora, undefined), true);
    for (const setting of [0, -1, 'many']) assert.equal(presence({ setting }).isOn(lora), false);
    assert.equal(presence({ setting: 768 }).isOn(group({ present: [1536], absent: [64] })), false);
  });

  it('is called for by a value that is stated where the layer has the module around it: layers of a hybrid have other modules', () => {
    const bias = group({ present: [true], absent: [false] });
    const stored = presence({ setting: true }, ['model.layers.0.mlp.up_proj.weight', 'model.layers.1.input_layernorm.weight']);
    assert.deepEqual([0, 1].map((layer) => stored.isOnIn(bias, layer)), [true, false]);
  });

  it('follows from the list within the layer that it always came with', () => {
    const router = group(null, 'model.layers.*.mlp.up_proj.weight');
    const stored = presence({}, ['model.layers.1.mlp.up_proj.weight']);
    assert.deepEqual([0, 1].map((layer) => stored.isOnIn(router, layer)), [false, true]);
  });

  it('is not asked of a layer whose module is stored with another one that it is tied to', () => {
    const one = group(null);
    const [parameter] = one.parameters;
    assert.ok(parameter !== undefined);
    const tie: Tie = { target: 'model.layers.4.mlp.gate.weight', source: 'model.layers.2.mlp.gate.weight', byFlag: false, flag: null };
    const stored = ['model.layers.2.mlp.gate.weight', 'model.layers.3.mlp.gate.weight'];
    assert.equal(presence({}, stored, [tie]).isShared(parameter, [4]), true);
    assert.equal(presence({}, stored).isShared(parameter, [4]), false);
    assert.equal(presence({}, [], [tie]).isShared(parameter, [4]), false);
    // A layer that has a part of what they share has lost the rest.
    assert.equal(presence({}, [...stored, 'model.layers.4.mlp.up_proj.weight'], [tie]).isShared(parameter, [4]), false);
    // Each layer may use another member of a list in what they share.
    const ofList = { ...tie, target: 'model.layers.4.shared.adapters.0.weight', source: 'model.layers.2.shared.adapters.0.weight' };
    assert.deepEqual(['shared.adapters.3.weight', 'shared.norm.weight'].map((name) => presence({}, [], [ofList]).isShared({ ...parameter, memory: `model.layers.*.${name}` }, [4])), [true, false]);
    // It has a member that any of those lists has for it.
    const asked = { ...parameter, memory: 'model.layers.*.shared.adapters.*.weight' };
    const ofMembers = { ...ofList, target: 'model.layers.4.shared.norm.weight', source: 'model.layers.2.shared.norm.weight' };
    assert.deepEqual([1, 3].map((member) => presence({}, [], [ofMembers]).isShared(asked, [4, member])), [true, true]);
    assert.equal(presence({}, []).isShared(asked, [4, 1]), false);
  });

  it('is no bias of a projection that the layer does without', () => {
    const bias = { disk: 'model.layers.*.self_attn.v_proj.bias', memory: 'model.layers.*.self_attn.v_proj.bias', dims: null };
    const weight: ParameterGroup = { ...group(null), parameters: [{ ...bias, disk: 'model.layers.*.self_attn.v_proj.weight', memory: 'model.layers.*.self_attn.v_proj.weight' }] };
    const known: ClassFacts = { ...llama as ClassFacts, groups: [weight] };
    const table = new TableBuilder();
    const names = ['model.layers.0.self_attn.q_proj.weight', 'model.layers.1.self_attn.v_proj.weight'];
    for (const name of names) table.add(name, 'BF16', [4]);
    const there = new Presence(known, {}, new Observed(llama, table.build(), 2, [0, 1], names, names));
    // Layer 2 has nothing at all: it lost the weight with the bias.
    assert.deepEqual([0, 1, 2].map((layer) => there.isBiasAlone(bias, layer)), [true, false, false]);
    assert.equal(presence({}, names).isBiasAlone(bias, 0), false);
  });
});
