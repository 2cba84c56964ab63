import { Renamer } from '../../architecture/conversion.ts';
import { classFacts, intendedClass } from '../../architecture/index.ts';
import { RELEASES } from '../../architecture/facts.ts';
import type { ClassFacts, ModelTypeFacts, Task } from '../../architecture/facts.ts';
import { mapToMemory, parameterTest } from '../../architecture/prefix.ts';
import type { TensorTable } from '../../format/tensor-table.ts';
import type { Checkpoint } from '../../inventory/checkpoint.ts';
import type { Intent } from '../intent.ts';
import type { AdapterSettings } from './settings.ts';

/** The base as one class of one release holds it in memory. */
interface View {
  /** Whether the class may have a parameter of that name. */
  readonly isParameter: (name: string) => boolean;
  /** A name of an older release, as this one renames it when it loads; PEFT does the same with an adapter's. */
  readonly rename: (name: string) => string;
  /** Row of the base's table by name in memory: a tied parameter has its source's, one made of several rows SEVERAL. */
  readonly rows: ReadonlyMap<string, number>;
  /** Every module: all that stands before a dot in one of these names, and the names themselves. */
  readonly modules: ReadonlySet<string>;
  /** Part of the base's names that the class knows. */
  readonly share: number;
}

const SEVERAL = -1;

/** A class that knows fewer of the base's names than this was gathered in another shape than the base has. The rest are buffers of old releases. */
const KNOWN_SHARE = 0.95;

/** Types of packed matrices; of some only the number of elements is known, as a shape of one dimension. */
const PACKED: ReadonlySet<string> = new Set(['U8', 'I8', 'I32', 'U32']);

/**
 * The model that PEFT would wrap: the base, loaded as the class that the adapter's task or its own config names. What
 * it holds in memory depends on the release, and an adapter may be of any: a module is there if any release has it,
 * and asked for only if all of them have.
 */
export class WrappedBase {
  readonly #views: readonly View[];
  readonly #bare: readonly View[];
  readonly #tensors: TensorTable;
  /** Whether the class is known in the release that wrote the base, and knows the base's names. If not, what a loader makes of them can't be told for sure. */
  readonly isKnown: boolean;

  constructor(base: Checkpoint, baseIntent: Intent, facts: ModelTypeFacts | null, settings: AdapterSettings) {
    this.#tensors = base.tensors;
    const bare = facts === null ? [] : classesFor(facts, 'base');
    const declared = settings.trainedOn === null || bare.includes(settings.trainedOn) ? [] : [settings.trainedOn];
    const ofTask = facts === null || settings.task === null || settings.task === 'base' ? [] : classesFor(facts, settings.task);
    const classes = [...new Set([...declared, ...ofTask, ...(baseIntent.intendedClass === null ? [] : [baseIntent.intendedClass])])];
    const views = (names: readonly string[]): View[] => names.flatMap((name) => RELEASES.flatMap((release) => {
      const known = facts === null ? null : classFacts(facts, name, release);
      return known === null ? [] : [viewOf(base.tensors, known)];
    }));
    const known = views(classes.filter((name) => !bare.includes(name) || name === baseIntent.intendedClass));
    this.#views = known.length > 0 ? known : [viewOf(base.tensors, null)];
    this.isKnown = facts !== null && known.some(({ share }) => share > KNOWN_SHARE) && (baseIntent.writtenBy === null || classes.some((name) => classFacts(facts, name, baseIntent.writtenBy ?? '5.18.0') !== null));
    this.#bare = known.length > 0 ? views(bare) : [withoutPrefix(base.tensors)];
  }

  /** Whether the wrapped model has a module (or a parameter) of that name. */
  has(module: string): boolean {
    return hasModule(this.#views, module) || this.#views.some((view) => isSharedModule(view, module));
  }

  /** Whether the bare model, without what its class puts before it, has one. */
  bareHas(module: string): boolean {
    return hasModule(this.#bare, module);
  }

  /** Whether the class may have a parameter of that name that the base does not store: a new head. */
  mayHave(parameter: string): boolean {
    return this.#views.some(({ isParameter }) => isParameter(parameter));
  }

  /** For a class of which nothing is known: whether some matrix of the base has the last part of the name, and the sizes where they are given. */
  resembles(module: string, sizes: readonly [inputs: number, outputs: number] | null): boolean {
    const last = module.slice(module.lastIndexOf('.') + 1);
    return this.#tensors.columns.names.some((name, row) => {
      if (name.includes(`.${last}.`) && (sizes === null || last === 'experts')) return true;
      const [rows, columns] = name.endsWith(`.${last}.weight`) ? this.#tensors.shape(row) : [];
      return sizes !== null && rows !== undefined && sizes.includes(rows) && columns !== undefined && sizes.includes(columns);
    });
  }

  /** Row of the base's table that a parameter of the wrapped model is, or -1 where it is none or made of several. */
  row(parameter: string): number {
    for (const view of [...this.#views, ...this.#bare]) {
      const row = view.rows.get(parameter) ?? view.rows.get(view.rename(parameter));
      if (row !== undefined) return row;
    }
    return -1;
  }

  /** Modules with a matrix that every release has. */
  matrices(): string[] {
    const isMatrix = (row: number): boolean => this.#tensors.shape(row).length >= 2 || PACKED.has(this.#tensors.dtype(row));
    return this.parameters().flatMap(({ name, row }) => (name.endsWith('.weight') && isMatrix(row) ? [name.slice(0, -'.weight'.length)] : []));
  }

  /** Modules with a vector of weights that every release has. */
  norms(): string[] {
    return this.parameters().flatMap(({ name, row }) => (name.endsWith('.weight') && this.#tensors.shape(row).length === 1 ? [name.slice(0, -'.weight'.length)] : []));
  }

  /** Parameters that every release has under one name, and their rows in the base's table. */
  parameters(): { readonly name: string; readonly row: number }[] {
    const [first, ...others] = this.#views;
    const all = [...(first?.rows ?? [])].map(([name, row]) => ({ name, row }));
    return all.filter(({ name, row }) => row !== SEVERAL && others.every(({ rows }) => rows.has(name)));
  }
}

function classesFor(facts: ModelTypeFacts, task: Task): string[] {
  return [...new Set(RELEASES.flatMap((release) => intendedClass(facts, task, release) ?? []))];
}

/** Whether a layer that is there may have a module of which nothing is stored: one that it shares with another layer. */
function isSharedModule({ isParameter, modules }: View, module: string): boolean {
  const layer = /^.*?\.\d+(?=\.)/.exec(module)?.[0];
  return layer !== undefined && modules.has(layer) && isParameter(`${module}.weight`);
}

function hasModule(views: readonly View[], module: string): boolean {
  return views.some((view) => view.modules.has(module) || view.modules.has(view.rename(`${module}.weight`).replace(/\.weight$/, '')));
}

function viewOf(tensors: TensorTable, facts: ClassFacts | null): View {
  const { names } = tensors.columns;
  if (facts === null) return view(null, names.map((name, row) => [name, row] as const), 0);
  const isParameter = parameterTest(facts);
  const rows = new Map<string, number>();
  let placed = 0;
  mapToMemory(names, facts).names.forEach(({ memory, more }, row) => {
    if (more.length > 0 || (memory !== null && isParameter(memory))) placed++;
    if (memory !== null && isParameter(memory)) rows.set(memory, more.length > 0 || rows.has(memory) ? SEVERAL : row);
    for (const name of more) rows.set(name, SEVERAL);
  });
  for (const { target, source } of facts.ties) {
    const row = rows.get(source);
    if (row !== undefined && !rows.has(target)) rows.set(target, row);
  }
  return view(facts, rows, placed / names.length);
}

/** For a class of which nothing is known: the names without their first segment. */
function withoutPrefix(tensors: TensorTable): View {
  return view(null, tensors.columns.names.map((name, row) => [name.slice(name.indexOf('.') + 1), row] as const), 0);
}

function view(facts: ClassFacts | null, rows: Iterable<readonly [string, number]>, share: number): View {
  const byName = new Map(rows);
  const modules = new Set<string>();
  for (const name of byName.keys()) {
    modules.add(name);
    for (let dot = name.lastIndexOf('.'); dot > 0 && !modules.has(name.slice(0, dot)); dot = name.lastIndexOf('.', dot - 1)) modules.add(name.slice(0, dot));
  }
  const renamer = facts === null ? null : new Renamer(facts);
  return {
    isParameter: facts === null ? () => false : parameterTest(facts),
    rename: (name) => renamer?.rename(name).name ?? name,
    rows: byName,
    modules,
    share,
  };
}
