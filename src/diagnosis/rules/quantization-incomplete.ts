import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import type { Prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import type { Detection, ExampleCheckpoint } from '../rule.ts';
import { someNames } from '../words.ts';

type Data =
  | { readonly kind: 'lacking'; readonly parameters: number; readonly names: readonly string[] }
  | { readonly kind: 'doubtful'; readonly names: readonly string[] }
  | { readonly kind: 'unstated'; readonly packed: number }
  | { readonly kind: 'unpacked'; readonly method: string };

/** Methods whose weights can only be stored packed: a loader of theirs asks for nothing else. */
const ALWAYS_PACKED: ReadonlySet<string> = new Set(['gptq', 'awq']);

/** The small Llama with its attention packed as bitsandbytes packs four bits. */
function nf4({ without = /$^/, config = { quantization_config: { quant_method: 'bitsandbytes', load_in_4bit: true, bnb_4bit_quant_type: 'nf4' } } }: { readonly without?: RegExp; readonly config?: Readonly<Record<string, unknown>> } = {}): ExampleCheckpoint {
  const plain = llama({ config });
  const tensors = Object.entries(plain.tensors).flatMap(([name, info]): [string, readonly [string, ...number[]]][] => {
    const [, rows, columns] = info;
    if (!name.includes('self_attn') || rows === undefined || columns === undefined) return [[name, info]];
    const values = rows * columns;
    return [
      [name, ['U8', values / 2, 1]], [`${name}.absmax`, ['F32', values / 64]], [`${name}.quant_map`, ['F32', 16]],
      [`${name}.quant_state.bitsandbytes__nf4`, ['U8', 91]],
    ];
  });
  return { ...plain, tensors: Object.fromEntries(tensors.filter(([name]) => !without.test(name))) };
}

function message(data: Data): Prose {
  switch (data.kind) {
    case 'lacking': return prose`${data.parameters} quantised ${[data.parameters === 1 ? 'parameter lacks' : 'parameters lack']} tensors without which the packed values mean nothing: ${someNames(data.names)}.`;
    case 'doubtful': return prose`Most siblings have them: ${someNames(data.names)}. Some loaders make up for what is missing here, others do not.`;
    case 'unstated': return prose`${data.packed} parameters are stored packed, with their scales beside them, and config.json has no ${'quantization_config'}. Loaders take the packed values for the weights themselves.`;
    case 'unpacked': return prose`config.json says that the weights are quantised (${data.method}), and none of them is stored that way. Loaders look for packed tensors, find none, and start from random numbers.`;
  }
}

function title(data: Data): Prose {
  switch (data.kind) {
    case 'lacking': return data.names.length === 1 ? prose`${data.names[0] ?? ''} is missing: its weight cannot be unpacked` : prose`${data.names.length} tensors are missing without which weights cannot be unpacked`;
    case 'doubtful': return data.names.length === 1 ? prose`${data.names[0] ?? ''} is missing` : prose`${data.names.length} tensors beside quantised weights are missing`;
    case 'unstated': return prose`The weights are quantised and config.json does not say so`;
    case 'unpacked': return prose`config.json says ${data.method}, and the weights are not quantised`;
  }
}

export const quantizationIncomplete = defineRule<Data>({
  id: 'quantization-incomplete',
  severity: 'error',
  summary: 'Quantised weights lack their scales, their values or their config.',
  why: 'Packed values are numbers only together with their scales, and only to a loader that knows how they were packed. Without them loading stops, or, worse, goes on with numbers that mean nothing.',
  how: 'Tensors that belong together are found by their names and types (bitsandbytes, GPTQ, AWQ, compressed-tensors, FP8, MXFP4, NVFP4, MLX), and each group is held against what its layout needs and what its siblings have. They are compared with the base by the shape that they stand for.',
  sources: ['bitsandbytes-foundation/bitsandbytes#1946', 'ModelCloud/GPTQModel#3077', 'vllm-project/vllm#57108'],
  detect({ quantization, checkpoint }) {
    if (quantization === null) return [];
    const { lacking, doubtful, packed, isStated, method } = quantization;
    const names = lacking.flatMap((entry) => entry.names);
    const found: Detection<Data>[] = [];
    if (lacking.length > 0) found.push({ data: { kind: 'lacking', parameters: lacking.length, names }, parameters: names });
    if (packed > 0 && !isStated && checkpoint.config !== null) found.push({ data: { kind: 'unstated', packed }, parameters: [], location: { path: 'config.json', line: null } });
    if (method !== null && ALWAYS_PACKED.has(method) && packed === 0 && checkpoint.tensors.length > 0) found.push({ data: { kind: 'unpacked', method }, parameters: [], location: { path: 'config.json', line: null } });
    if (doubtful.length > 0 && lacking.length === 0) found.push({ data: { kind: 'doubtful', names: doubtful }, parameters: doubtful, severity: 'warning' });
    return found;
  },
  words(data) {
    const save = 'Save again with the library that quantised it, and copy every tensor and config.json.';
    return {
      title: title(data),
      message: message(data),
      cause: data.kind === 'lacking' ? prose`Tensors were filtered by name, or shards of another save were mixed in.` : null,
      fix: data.kind === 'unpacked' ? { steps: prose`Take ${'quantization_config'} out of config.json if the weights are meant to be plain; else save the quantised ones.`, code: null } : { steps: [save], code: null },
    };
  },
  examples: () => ({
    fires: [
      { name: 'One scale is gone', checkpoint: nf4({ without: /layers\.1\.self_attn\.k_proj\.weight\.absmax$/ }), base: llama() },
      { name: 'One scale is gone, no base at hand', checkpoint: nf4({ without: /layers\.1\.self_attn\.k_proj\.weight\.absmax$/ }) },
      { name: 'The packed values themselves are gone', checkpoint: nf4({ without: /layers\.1\.self_attn\.k_proj\.weight$/ }), base: llama() },
      { name: 'The base\'s config was copied', checkpoint: nf4({ config: {} }), base: llama() },
      { name: 'A config of GPTQ beside plain weights', checkpoint: llama({ config: { quantization_config: { quant_method: 'gptq', bits: 4 } } }), base: llama() },
    ],
    silent: [
      { name: 'A sound quantised save', checkpoint: nf4(), base: llama() },
      { name: 'The same, no base at hand', checkpoint: nf4() },
      { name: 'Nothing quantised', checkpoint: llama(), base: llama() },
    ],
  }),
});
