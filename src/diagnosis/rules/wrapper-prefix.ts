import { bert, llama } from '../examples.ts';
import { grouped } from '../numbers.ts';
import { prose } from '../prose.ts';
import type { Prose } from '../prose.ts';
import type { Checkpoint } from '../../inventory/checkpoint.ts';
import { subscript } from '../../inventory/parts.ts';
import type { Comparison } from '../../comparison/comparison.ts';
import type { TensorInfo } from '../../format/tensor-table.ts';
import type { Evidence } from '../evidence.ts';
import { isServed } from '../loaders.ts';
import { repeatedName, repeatedPrefix } from '../repeated-prefix.ts';
import type { RepeatedPrefix } from '../repeated-prefix.ts';
import { defineRule } from '../rule.ts';
import type { Detection, Words } from '../rule.ts';
import { enclosedSize, quote, someNames, words } from '../words.ts';

interface Data {
  readonly text: string;
  /** Whether it stands in front of every name that carries it. */
  readonly leads: boolean;
  readonly count: number;
  /** Stored tensors, with the wrapper or without. */
  readonly of: number;
  readonly bytes: number;
  /** A name that carries it. */
  readonly example: string;
  /** Whether all is well once the prefix is off. */
  readonly otherwiseComplete: boolean;
  /** The key of a PyTorch file under which the state dict lies, and the file; null where the prefix is in the names themselves. */
  readonly key: { readonly names: readonly string[]; readonly file: string } | null;
  /** Whether the files are PyTorch's. */
  readonly isTorch: boolean;
  /** The file of weights, where it is one. */
  readonly file: string | null;
  readonly hasIndex: boolean;
  /** Where the prefix is another model type's own, and the names are that type's: which one, and the config's. */
  readonly types: { readonly names: string; readonly config: string } | null;
  /** Set where it is the base prefix, which the names carry once more: 5.x takes it off. Who does not, and what 5.x loses all the same. */
  readonly repeated: { readonly losers: readonly string[]; readonly lostByFive: readonly string[] } | null;
}

const WRAPPERS: readonly (readonly [RegExp, string])[] = [
  [/_orig_mod/, 'torch.compile'], [/_fsdp_wrapped_module|_checkpoint_wrapped_module/, 'FSDP'], [/_forward_module/, 'Lightning Fabric'],
  [/pretrained_model/, 'a value-head wrapper (TRL)'], [/^module\.|\.module\./, 'DataParallel or DistributedDataParallel'],
];

function cause(text: string): Prose | null {
  const known = WRAPPERS.find(([pattern]) => pattern.test(text));
  return known === undefined ? null : prose`${text} is what ${[known[1]]} puts in front: the wrapper was saved instead of the model in it.`;
}

/** The key under which the state dict lies, where that is the whole of the wrapper. */
function keyOf({ shards }: Checkpoint, text: string): Data['key'] {
  const [first] = shards;
  const names = first?.keptUnder ?? [];
  return first !== undefined && names.length > 0 && text === names.map(subscript).join('') ? { names, file: first.path } : null;
}

/** Code that writes a whole copy of the checkpoint under the right names, to be run in its folder. */
function script(data: Data): string {
  const suffix = data.isTorch ? '.bin' : '.safetensors';
  const copies = [
    ...(data.hasIndex ? [
      '    if path.endswith(".index.json"):', '        with open(path) as file:', '            index = json.load(file)',
      '        index["weight_map"] = {renamed(name): shard for name, shard in index["weight_map"].items()}', '        with open(f"repaired/{path}", "w") as file:', '            json.dump(index, file)',
    ] : []),
    `    ${data.hasIndex ? 'elif' : 'if'} os.path.isfile(path) and path not in weights:`, '        shutil.copy(path, "repaired")',
  ];
  const convert = data.isTorch ? [
    '    state = torch.load(path, map_location="cpu", weights_only=True)', '    torch.save({renamed(name): tensor for name, tensor in state.items()}, f"repaired/{path}")',
  ] : [
    '    with safe_open(path, "pt") as file:', '        tensors = {renamed(name): file.get_tensor(name) for name in file.keys()}', '    save_file(tensors, f"repaired/{path}", metadata={"format": "pt"})',
  ];
  return [
    '# Run in the checkpoint\'s folder; the repaired copy is written to repaired/.', `import glob${data.hasIndex ? ', json' : ''}, os, shutil`,
    ...(data.isTorch ? ['import torch'] : ['from safetensors import safe_open', 'from safetensors.torch import save_file']), '',
    'def renamed(name):', `    return name.${data.leads ? `removeprefix(${quote(data.text)})` : `replace(${quote(data.text)}, "")`}`, '',
    `weights = ${data.file === null ? `glob.glob(${quote(`${data.isTorch ? 'pytorch_model' : ''}*${suffix}`)})` : `[${quote(data.file)}]`}`,
    'os.makedirs("repaired", exist_ok=True)', 'for path in weights:', ...convert, 'for path in os.listdir("."):', ...copies,
  ].join('\n');
}

function keptUnderKey(data: Data, { names, file }: NonNullable<Data['key']>): Words {
  const at = names.map((name) => `[${quote(name)}]`).join('');
  return {
    title: prose`The state dict lies under ${names.join('.')} in ${file}`,
    message: prose`transformers takes what the file holds for the state dict itself, and does not look under a key. To it all ${data.count} tensors (${enclosedSize(data.bytes)}) are missing, and it initialises the model anew.${[data.otherwiseComplete ? ' The values are all there.' : '']}`,
    cause: prose`It was saved as a training checkpoint, with the state dict beside other things (${'torch.save({"state_dict": …})'}).`,
    fix: { steps: prose`Save the state dict alone, in the checkpoint's folder.`, code: { language: 'python', text: ['import torch', '', `state = torch.load(${quote(file)}, map_location="cpu", weights_only=False)${at}`, `torch.save(state, ${quote(file)})`].join('\n') } },
  };
}

/** The prefix is no wrapper's: the weights are of one model, and the config of another. */
function otherConfig(data: Data, { names, config }: NonNullable<Data['types']>): Words {
  return {
    title: prose`config.json is of the model type ${config}, and the weights are of ${names}`,
    message: prose`${data.count} of ${data.of} names begin with ${data.text}, as in ${data.example}, and a class of ${names} has them. To a loader that goes by this config all of them are missing, and it initialises the model anew.`,
    cause: prose`The config of another model lies beside the weights.`,
    fix: { steps: prose`Put the config.json beside the weights that they were saved with.`, code: null },
  };
}

interface Found {
  readonly text: string;
  /** Those that carry it. */
  readonly names: readonly Pick<TensorInfo, 'name' | 'bytes'>[];
  readonly count: number;
  /** A name to show. */
  readonly example: string;
  readonly repeated: Data['repeated'];
  readonly types: Data['types'];
}

function dataOf(checkpoint: Checkpoint, unwrapped: Comparison, { text, names, count, example, repeated, types }: Found): Data {
  return {
    text, repeated, types, count, of: checkpoint.tensors.length, example,
    leads: names.every(({ name }) => name.startsWith(text) || !name.includes(text)), bytes: names.reduce((sum, { bytes }) => sum + bytes, 0),
    key: keyOf(checkpoint, text), isTorch: checkpoint.format === 'torch',
    file: checkpoint.shards.length === 1 ? (checkpoint.shards[0]?.path.replace(/^.*\//, '') ?? null) : null, hasIndex: checkpoint.index !== null,
    otherwiseComplete: unwrapped.missing.length === 0 && unwrapped.mismatched.length === 0 && checkpoint.problems.length === 0,
  };
}

/** Whom it costs something: an error where 4.57 has the class and loses what 5.x loads, a warning where vLLM alone refuses it. */
function repeatedDetection(prefix: RepeatedPrefix, { checkpoint, intent, inner }: Pick<Evidence, 'checkpoint' | 'intent' | 'inner'>): Detection<Data>[] {
  const { lost } = prefix;
  const losers = [...(lost['4.57.6'] === null ? [] : ['transformers 4.57']), ...(intent.facts !== null && isServed(intent.facts) ? ['vLLM'] : [])];
  const lostByFive = [...lost['5.18.0']].map((row) => checkpoint.tensors.name(row));
  if (losers.length + lostByFive.length === 0) return [];
  const names = prefix.rows.map((row) => checkpoint.tensors.info(row));
  const data = dataOf(checkpoint, inner, { text: prefix.text, names, count: names.length, example: repeatedName(prefix, checkpoint), repeated: { losers, lostByFive }, types: null });
  return [{ data, parameters: names.map(({ name }) => name), severity: lost['4.57.6'] === null && lostByFive.length === 0 ? 'warning' : 'error' }];
}

/** Who does not take it off, and what that costs. */
function losers({ repeated }: Data): Prose {
  if (repeated === null) return words('No loader takes it off: to it all of them are missing, and it initialises the model anew.');
  const five = prose`transformers 5 takes it off${repeated.lostByFive.length === 0 ? words('') : prose`, but for ${someNames(repeated.lostByFive)}`}`;
  if (repeated.losers.length === 0) return [...five, '.'];
  const four = repeated.losers.some((loader) => loader.startsWith('transformers')) ? ', and transformers 4.57 initialises the model anew' : '';
  const one = repeated.losers.length === 1;
  return [...five, `; ${repeated.losers.join(' and ')} ${one ? 'does' : 'do'} not: to ${one ? 'it' : 'them'} all of them are missing${four}.`];
}

export const wrapperPrefix = defineRule<Data>({
  id: 'wrapper-prefix',
  severity: 'error',
  summary: 'A training wrapper left its prefix in the names.',
  why: 'No loader takes these prefixes off (but for one, see below). To it every parameter is missing and every stored tensor unexpected: it initialises the whole model anew, and only warns.',
  how: 'Most names fit nothing, and fit the base (or the facts of the class) once a known wrapper\'s segment, or a prefix that they share, is taken off. One that the class has itself and the names carry once more (`model.model.layers…`) is taken off by transformers 5 and not by 4.57 (run): the same files are two models.',
  sources: ['huggingface/transformers#25205', 'huggingface/transformers#37519', 'huggingface/trl#3071'],
  detect({ comparison, losses, checkpoint, intent, otherType }) {
    const { wrapper } = comparison;
    const found = wrapper?.kind === 'prefix' ? wrapper : null;
    const repeated = repeatedPrefix({ checkpoint, intent });
    if (repeated !== null && (found === null || found.text === repeated.text)) return repeatedDetection(repeated, { checkpoint, intent, inner: wrapper?.unwrapped ?? comparison });
    if (found === null) return [];
    const names = comparison.unexpected;
    return [{ data: dataOf(checkpoint, found.unwrapped, { text: found.text, names, count: found.count, example: names.find(({ name }) => name.startsWith(found.text))?.name ?? names[0]?.name ?? '', repeated: null, types: otherType === null ? null : { names: otherType, config: intent.modelType ?? '' } }), parameters: losses.wrapped.map(({ name }) => name) }];
  },
  words(data) {
    if (data.key !== null) return keptUnderKey(data, data.key);
    if (data.types !== null) return otherConfig(data, data.types);
    return {
      title: prose`${[data.count === data.of ? 'Every name carries' : `${grouped(data.count)} of ${grouped(data.of)} names carry`]} ${data.text}${[data.repeated === null ? '' : ' once more']}`,
      message: prose`${[data.count === data.of && data.count > 1 ? 'All ' : '']}${data.count} ${[data.count === 1 ? 'tensor has' : 'tensors have']} ${data.text} ${[data.leads ? 'before' : 'in']} ${[data.count === 1 ? 'its name' : 'their names']}, as in ${data.example} (${enclosedSize(data.bytes)} in all). ${losers(data)}${[data.otherwiseComplete ? ' The values are all there; only the names are wrong.' : '']}`,
      cause: data.repeated === null ? cause(data.text) : prose`The class puts ${data.text} there itself: it was saved from a wrapper that keeps the model as ${data.text.slice(0, -1)} (a Lightning module, say).`,
      fix: {
        steps: prose`Save the inner model (${data.repeated === null ? prose`${'model.module'}, ${'model._orig_mod'} or ${'accelerator.unwrap_model(model)'}` : prose`${`wrapper.${data.text}save_pretrained`}`}), or take the prefix off the names in the saved files:`,
        code: { language: 'python', text: script(data) },
      },
    };
  },
  examples: () => ({
    fires: [
      { name: 'Saved from DistributedDataParallel', checkpoint: llama({ rename: (name) => `module.${name}` }), base: llama() },
      { name: 'Saved from torch.compile, no base at hand', checkpoint: llama({ rename: (name) => `_orig_mod.${name}` }) },
      { name: 'A Lightning module\'s state dict: the prefix that the class has itself, once more', checkpoint: llama({ rename: (name) => `model.${name}` }) },
      { name: 'The weights of BERT beside a config of RoBERTa', checkpoint: { ...bert(), config: { ...bert().config, architectures: ['RobertaForMaskedLM'], model_type: 'roberta' } } },
      { name: 'A wrapper of one\'s own', checkpoint: llama({ rename: (name) => `policy.${name}` }), base: llama() },
    ],
    silent: [
      { name: 'A sound save', checkpoint: llama(), base: llama() },
      { name: 'The base prefix lost: the loader puts it back', checkpoint: llama({ prefix: '', tied: true }), base: llama({ tied: true }) },
    ],
  }),
});
