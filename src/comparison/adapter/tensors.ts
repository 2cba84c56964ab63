import type { Checkpoint } from '../../inventory/checkpoint.ts';
import type { AdapterTensor } from './names.ts';
import { parseAdapterName, rootOf } from './names.ts';
import { wrapperOf } from './wrapper.ts';

/** An adapter's tensors, sorted by what they are for. */
export interface SortedTensors {
  /** Tensors of a method, by the module that they adapt. */
  readonly modules: ReadonlyMap<string, readonly AdapterTensor[]>;
  /** Parameters of the model that are stored whole. */
  readonly whole: readonly AdapterTensor[];
  /** Parts of the adapter as a whole, which belong to no module. */
  readonly own: ReadonlySet<string>;
  /** Names of which PEFT can make nothing. */
  readonly unread: readonly string[];
  /** What stands before the names of the wrapped model. */
  readonly root: string;
}

/** Takes an adapter's names apart, with a wrapper taken off them. */
export function sortTensors({ tensors }: Checkpoint): SortedTensors {
  const { names } = tensors.columns;
  const wrapper = wrapperOf(names);
  const inner = wrapper === null ? names : names.map((name) => name.slice(wrapper.length));
  const root = rootOf(inner);
  const modules = new Map<string, AdapterTensor[]>();
  const whole: AdapterTensor[] = [];
  const own = new Set<string>();
  const unread: string[] = [];
  names.forEach((name, row) => {
    const tensor = parseAdapterName(inner[row] ?? name, row, root);
    if (tensor === null) unread.push(name);
    else if (tensor.part === null) whole.push(tensor);
    else if (tensor.module === '') own.add(tensor.part);
    else {
      const list = modules.get(tensor.module);
      if (list === undefined) modules.set(tensor.module, [tensor]);
      else list.push(tensor);
    }
  });
  return { modules, whole, own, unread, root };
}
