import { llama } from '../examples.ts';
import { grouped } from '../numbers.ts';
import { prose } from '../prose.ts';
import type { Prose } from '../prose.ts';
import type { Checkpoint } from '../../inventory/checkpoint.ts';
import { subscript } from '../../inventory/parts.ts';
import { defineRule } from '../rule.ts';
import type { Words } from '../rule.ts';
import { enclosedSize, quote } from '../words.ts';

interface Data {
  readonly text: string;
  /** Whether it stands in front of every name that carries it. */
  readonly leads: boolean;
  readonly count: number;
  /** Stored tensors, with the wrapper or without. */
  readonly of: number;
  readonly bytes: number;
  readonly example: { readonly found: string; readonly expected: string };
  /** Whether all is well once the prefix is off. */
  readonly otherwiseComplete: boolean;
  /** The key of a PyTorch file under which the state dict lies, and the file; null where the prefix is in the names themselves. */
  readonly key: { readonly names: readonly string[]; readonly file: string } | null;
  /** Whether the files are PyTorch's. */
  readonly isTorch: boolean;
  /** The file of weights, where it is one. */
  readonly file: string | null;
  readonly hasIndex: boolean;
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

export const wrapperPrefix = defineRule<Data>({
  id: 'wrapper-prefix',
  severity: 'error',
  summary: 'A training wrapper left its prefix in the names.',
  why: 'No loader takes these prefixes off. To it every parameter is missing and every stored tensor unexpected: it initialises the whole model anew, and only warns.',
  how: 'Most names fit nothing, and fit the base (or the facts of the class) once a known wrapper\'s segment, or a prefix that they share, is taken off.',
  sources: ['huggingface/transformers#25205', 'huggingface/transformers#37519', 'huggingface/trl#3071'],
  detect({ comparison, losses, checkpoint }) {
    const { wrapper } = comparison;
    if (wrapper === null || wrapper.kind !== 'prefix') return [];
    const found = comparison.unexpected[0]?.name ?? '';
    const { unwrapped } = wrapper;
    let bytes = 0;
    for (const { bytes: size } of comparison.unexpected) bytes += size;
    return [{
      data: {
        text: wrapper.text, leads: comparison.unexpected.every(({ name }) => name.startsWith(wrapper.text) || !name.includes(wrapper.text)), count: wrapper.count, of: checkpoint.tensors.length, bytes,
        example: { found, expected: found.replace(wrapper.text, '') },
        key: keyOf(checkpoint, wrapper.text), isTorch: checkpoint.format === 'torch',
        file: checkpoint.shards.length === 1 ? (checkpoint.shards[0]?.path.replace(/^.*\//, '') ?? null) : null, hasIndex: checkpoint.index !== null,
        otherwiseComplete: unwrapped.missing.length === 0 && unwrapped.mismatched.length === 0 && checkpoint.problems.length === 0,
      },
      parameters: losses.wrapped.map(({ name }) => name),
    }];
  },
  words(data) {
    if (data.key !== null) return keptUnderKey(data, data.key);
    return {
      title: prose`${[data.count === data.of ? 'Every name carries' : `${grouped(data.count)} of ${grouped(data.of)} names carry`]} ${data.text}`,
      message: prose`${[data.count === data.of && data.count > 1 ? 'All ' : '']}${data.count} ${[data.count === 1 ? 'tensor has' : 'tensors have']} ${data.text} ${[data.leads ? 'before' : 'in']} ${[data.count === 1 ? 'its name' : 'their names']}, as in ${data.example.found} (${enclosedSize(data.bytes)} in all). No loader takes it off: to it all of them are missing, and it initialises the model anew.${[data.otherwiseComplete ? ' The values are all there; only the names are wrong.' : '']}`,
      cause: cause(data.text),
      fix: {
        steps: prose`Save the inner model (${'model.module'}, ${'model._orig_mod'} or ${'accelerator.unwrap_model(model)'}), or take the prefix off the names in the saved files:`,
        code: { language: 'python', text: script(data) },
      },
    };
  },
  examples: () => ({
    fires: [
      { name: 'Saved from DistributedDataParallel', checkpoint: llama({ rename: (name) => `module.${name}` }), base: llama() },
      { name: 'Saved from torch.compile, no base at hand', checkpoint: llama({ rename: (name) => `_orig_mod.${name}` }) },
      { name: 'A wrapper of one\'s own', checkpoint: llama({ rename: (name) => `policy.${name}` }), base: llama() },
    ],
    silent: [
      { name: 'A sound save', checkpoint: llama(), base: llama() },
      { name: 'The base prefix lost: the loader puts it back', checkpoint: llama({ prefix: '', tied: true }), base: llama({ tied: true }) },
    ],
  }),
});
