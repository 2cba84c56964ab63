import type { ModelTypeFacts } from '../../architecture/facts.ts';
import type { Checkpoint } from '../../inventory/checkpoint.ts';
import type { Comparison, Missing } from '../comparison.ts';
import { resolveIntent } from '../resolve-intent.ts';
import type { SideBySide } from '../side-by-side.ts';
import { compareAdapter } from './compare.ts';
import type { AdapterComparison } from './evidence.ts';

/** Sets an adapter beside the model that it is for. What it is meant to be is what that model is. */
export function setAdapterBeside(checkpoint: Checkpoint, base: Checkpoint | null, facts: ModelTypeFacts | null): SideBySide {
  const intent = resolveIntent(base ?? checkpoint, null, facts);
  const adapter = compareAdapter(checkpoint, base, intent, facts);
  return { checkpoint, base, incomparable: null, intent, baseIntent: base === null ? null : intent, comparison: asComparison(checkpoint, base, adapter), adapter, quantization: null };
}

/** What reports and rules that know nothing of adapters see: names are the adapter's own. */
function asComparison(checkpoint: Checkpoint, base: Checkpoint | null, adapter: AdapterComparison): Comparison {
  const inner: Comparison = {
    basis: base === null ? 'regularity' : 'base',
    matched: checkpoint.tensors.length - adapter.strangers.length - adapter.unread.length - adapter.rootless.length,
    missing: adapter.lacking.map((tensor) => ({ ...tensor, memory: tensor.name, declaredIn: null })),
    undelivered: [],
    unexpected: [...adapter.strangers, ...adapter.rootless.map((name) => checkpoint.tensors.info(checkpoint.tensors.row(name)))].map((tensor) => ({ ...tensor, memory: tensor.name })),
    mismatched: [...adapter.empty.filter(({ expected }) => expected.shape.length > 0), ...adapter.mismatched],
    tied: [], renamed: [], dtypeChanges: [],
    bytes: { matchedExpected: 0, matchedActual: 0, shape: 0, dtype: 0, quantisation: 0 },
    stored: new Map(checkpoint.tensors.columns.names.map((name, row) => [name, row])),
    vocabulary: null, wrapper: null, prefixLost: false,
    ignored: { checkpoint: [], base: [] },
  };
  const { wrapper } = adapter;
  if (wrapper === null) return inner;
  const all = checkpoint.tensors.columns.names.map((_, row) => checkpoint.tensors.info(row));
  const missing = all.map((tensor): Missing => {
    const name = tensor.name.replace(wrapper.text, '');
    return { ...tensor, name, memory: name, declaredIn: null };
  });
  return { ...inner, matched: 0, missing: [...missing, ...inner.missing], unexpected: all.map((tensor) => ({ ...tensor, memory: tensor.name })), wrapper: { ...wrapper, unwrapped: inner } };
}
