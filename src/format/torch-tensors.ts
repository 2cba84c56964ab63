import { dtypeCode, DTYPES } from './dtype.ts';
import { HeaderError } from './header-error.ts';
import { MAX_NESTING, MAX_RANK, MAX_TENSORS } from './limits.ts';
import { PickleCall, PickleGlobal, PicklePersistent, PickleTuple, type PickleValue } from './pickle-values.ts';
import { quote } from './quote.ts';

/** A tensor of a PyTorch pickle. Offset and strides count elements. */
export interface StoredTensor {
  readonly name: string;
  /** Position in DTYPES. */
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly storageKey: string;
  readonly offset: number;
}

/** The tensors of a pickle, and where they were. */
export interface FoundTensors {
  readonly tensors: readonly StoredTensor[];
  readonly path: readonly string[];
  readonly unread: readonly string[];
}

/** PyTorch's names of element types, as dtypes and as typed storages, to those of safetensors. */
const DTYPE_NAMES: Readonly<Record<string, string>> = {
  float32: 'F32', FloatStorage: 'F32', float64: 'F64', DoubleStorage: 'F64', float16: 'F16', HalfStorage: 'F16', bfloat16: 'BF16', BFloat16Storage: 'BF16',
  int8: 'I8', CharStorage: 'I8', uint8: 'U8', ByteStorage: 'U8', UntypedStorage: 'U8', int16: 'I16', ShortStorage: 'I16', int32: 'I32', IntStorage: 'I32',
  int64: 'I64', LongStorage: 'I64', bool: 'BOOL', BoolStorage: 'BOOL', uint16: 'U16', uint32: 'U32', uint64: 'U64',
  complex32: 'C32', complex64: 'C64', ComplexFloatStorage: 'C64', complex128: 'C128', ComplexDoubleStorage: 'C128',
  float8_e4m3fn: 'F8_E4M3', float8_e5m2: 'F8_E5M2', float8_e4m3fnuz: 'F8_E4M3FNUZ', float8_e5m2fnuz: 'F8_E5M2FNUZ', float8_e8m0fnu: 'F8_E8M0',
  qint8: 'I8', QInt8Storage: 'I8', quint8: 'U8', QUInt8Storage: 'U8', qint32: 'I32', QInt32Storage: 'I32',
};

/** Keys under which training scripts keep the model beside optimizer and counters, in the order in which they are looked for. */
const MODEL_KEYS = ['state_dict', 'model_state_dict', 'model', 'module', 'model_state', 'weights', 'params', 'net', 'generator'];

/** What `torch.load(weights_only=True)` of PyTorch 2.13 imports (`_get_allowed_globals`); all else it refuses. */
const ALLOWED = new RegExp(`^(?:${[
  'collections\\.(?:OrderedDict|Counter)', '(?:builtins|__builtin__)\\.(?:set|bytearray|complex)', '_codecs\\.encode',
  'torch\\.(?:cuda\\.)?(?:sparse\\.)?(?:BFloat16|Bool|Byte|Char|ComplexDouble|ComplexFloat|Double|Float|Half|Int|Long|Short|Q[A-Za-z0-9]+)(?:Storage|Tensor)',
  'torch\\.(?:Tensor|Size|device|storage\\.(?:TypedStorage|UntypedStorage)|nn\\.parameter\\.Parameter|serialization\\._get_layout|_tensor\\._rebuild_from_type_v2)',
  'torch\\.(?:bfloat16|bool|float\\d+\\w*|complex\\d+|u?int\\d+|q?u?int\\d+(?:x\\d)?|bits\\w+|per_(?:channel|tensor)_\\w+)',
  'torch\\._utils\\._rebuild_(?:tensor|tensor_v2|tensor_v3|parameter|parameter_with_state|qtensor|sparse_tensor|meta_tensor_no_storage|nested_tensor|wrapper_subclass|device_tensor_from_\\w+)',
].join('|')})$`);

/** Bytes of one element of a typed storage, or null where the type is not known. */
export function storageItemBytes(type: PickleValue): number | null {
  const name = type instanceof PickleGlobal ? DTYPE_NAMES[type.name] : undefined;
  const bits = name === undefined ? undefined : DTYPES[dtypeCode(name) ?? -1]?.bits;
  return bits === undefined ? null : bits / 8;
}

export function isAllowedGlobal(global: PickleGlobal): boolean {
  return ALLOWED.test(global.path);
}

/**
 * Finds the state dict in what a file holds: the value itself, or what it keeps under a key such as `state_dict`.
 * Tensors of dictionaries inside it get dotted names.
 * @throws HeaderError tensor-invalid
 */
export function findTensors(root: PickleValue): FoundTensors {
  const path: string[] = [];
  let entries = entriesOf(root);
  while (entries !== null && path.length < MAX_NESTING) {
    const key = modelKey(entries);
    if (key === null) break;
    path.push(key);
    entries = entriesOf(entries.get(key) ?? null);
  }
  const collector = new Collector();
  if (entries !== null) collector.collect(entries, '', 0);
  else collector.add(root, '');
  return { tensors: collector.tensors, path, unread: collector.unread };
}

/** The key under which a dictionary that holds no tensor itself keeps the model; null where it is the model. */
function modelKey(entries: ReadonlyMap<PickleValue, PickleValue>): string | null {
  for (const value of entries.values()) if (isTensor(value)) return null;
  for (const key of MODEL_KEYS) if (holdsTensors(entries.get(key) ?? null, 0)) return key;
  return null;
}

function holdsTensors(value: PickleValue, depth: number): boolean {
  const entries = entriesOf(value);
  if (entries === null || depth > 2) return false;
  for (const inner of entries.values()) if (isTensor(inner) || holdsTensors(inner, depth + 1)) return true;
  return false;
}

class Collector {
  readonly tensors: StoredTensor[] = [];
  readonly unread: string[] = [];
  #visits = 0;

  collect(entries: ReadonlyMap<PickleValue, PickleValue>, prefix: string, depth: number): void {
    for (const [key, value] of entries) {
      const name = `${prefix}${nameOf(key)}`;
      if (this.add(value, name)) continue;
      const inner = entriesOf(value);
      if (inner !== null && depth < MAX_NESTING) this.collect(inner, `${name}.`, depth + 1);
    }
  }

  /** Whether the value was a tensor. */
  add(value: PickleValue, name: string): boolean {
    // One dictionary may be recalled in many places: what is visited counts, not what is stored.
    if (++this.#visits > MAX_TENSORS) throw new HeaderError('tensor-invalid', `The file lists more than ${MAX_TENSORS} values.`);
    const call = tensorCall(value);
    if (call === null) return false;
    const tensor = rebuilt(call, name);
    if (tensor === null) this.unread.push(name);
    else this.tensors.push(tensor);
    return true;
  }
}

function nameOf(key: PickleValue): string {
  return typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint' ? String(key) : '?';
}

/** The entries of a dictionary, or of what is made as one: an OrderedDict, which old files fill through its arguments. */
function entriesOf(value: PickleValue): ReadonlyMap<PickleValue, PickleValue> | null {
  if (value instanceof Map) return value;
  if (!(value instanceof PickleCall) || !(value.callee instanceof PickleGlobal)) return null;
  if (!/^(?:collections\.(?:OrderedDict|defaultdict|Counter)|(?:builtins|__builtin__)\.dict)$/.test(value.callee.path)) return null;
  const pairs = value.args[0];
  if (value.entries.size > 0 || !Array.isArray(pairs)) return value.entries;
  return new Map(pairs.map((pair) => {
    const items = pair instanceof PickleTuple ? pair.items : Array.isArray(pair) ? pair : [];
    return [items[0] ?? null, items[1] ?? null];
  }));
}

function isTensor(value: PickleValue): boolean {
  return tensorCall(value) !== null;
}

/** The call that makes a tensor: of `_rebuild_…` in `torch._utils`, inside what wraps it as a parameter or a subclass. */
function tensorCall(value: PickleValue): PickleCall | null {
  let call = value;
  for (let depth = 0; depth < MAX_NESTING && call instanceof PickleCall; depth++) {
    const { callee, args } = call;
    if (!(callee instanceof PickleGlobal)) return null;
    if (callee.path === 'torch._tensor._rebuild_from_type_v2') {
      call = args[0] instanceof PickleGlobal && args[2] instanceof PickleTuple ? new PickleCall(args[0], args[2].items) : null;
    } else if (callee.module !== 'torch._utils' || !callee.name.startsWith('_rebuild_')) return null;
    else if (callee.name.startsWith('_rebuild_parameter')) call = args[0] ?? null;
    else return call;
  }
  return null;
}

const REBUILT = new Set(['_rebuild_tensor', '_rebuild_tensor_v2', '_rebuild_tensor_v3', '_rebuild_qtensor']);

/** A tensor from the arguments of its call: storage, offset, shape, strides, and for `v3` the type at place 6; null for other kinds. */
function rebuilt({ callee, args }: PickleCall, name: string): StoredTensor | null {
  if (!(callee instanceof PickleGlobal) || !REBUILT.has(callee.name)) return null;
  const [storage, offset, size, stride] = args;
  const id = storage instanceof PicklePersistent && storage.id instanceof PickleTuple ? storage.id.items : [];
  const [, type, key] = id;
  const shape = numbers(size);
  const strides = numbers(stride);
  const typeGlobal = callee.name === '_rebuild_tensor_v3' ? args[6] : type;
  const dtypeName = typeGlobal instanceof PickleGlobal ? DTYPE_NAMES[typeGlobal.name] : undefined;
  const dtype = dtypeName === undefined ? undefined : dtypeCode(dtypeName);
  if (typeGlobal instanceof PickleGlobal && dtype === undefined) return null;
  const isValid = dtype !== undefined && typeof key === 'string' && isWhole(offset) && shape !== null && strides !== null && shape.length === strides.length;
  if (!isValid) throw new HeaderError('tensor-invalid', `Tensor ${quote(name)}: its storage, offset, shape or strides are not what PyTorch writes.`);
  // Legacy files give views of a storage their own place in it.
  const view = id[5] instanceof PickleTuple ? id[5].items[1] : 0;
  return { name, dtype, shape, strides, storageKey: key, offset: offset + (isWhole(view) ? view : 0) };
}

function numbers(value: PickleValue | undefined): readonly number[] | null {
  // torch.Size is a call with the tuple as its argument.
  const tuple = value instanceof PickleCall ? value.args[0] : value;
  if (!(tuple instanceof PickleTuple) || tuple.items.length > MAX_RANK) return null;
  return tuple.items.every(isWhole) ? tuple.items : null;
}

function isWhole(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
