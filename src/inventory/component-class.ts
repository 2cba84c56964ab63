import { TensorTable } from '../format/tensor-table.ts';
import type { Checkpoint, Component } from './checkpoint.ts';

/** The class of a component as `model_index.json` names it. */
export interface ComponentClass {
  /** `transformers`, `diffusers`, or the module of a pipeline of its own. */
  readonly library: string;
  readonly name: string;
}

/** What a pipeline loads a component as; null where its `model_index.json` does not say. */
export function componentClass({ config }: Checkpoint, component: string): ComponentClass | null {
  const entry = config !== null && Object.hasOwn(config, component) ? config[component] : null;
  if (!Array.isArray(entry)) return null;
  const [library, name]: readonly unknown[] = entry;
  return typeof library === 'string' && typeof name === 'string' ? { library, name } : null;
}

/** A component as a checkpoint of its own: of transformers' classes, the one that the pipeline names counts, whatever its own config says. */
export function ownCheckpoint(pipeline: Checkpoint, { name, checkpoint }: Component): Checkpoint {
  const loaded = componentClass(pipeline, name);
  const own = { ...checkpoint, reference: `${pipeline.reference.replace(/\/+$/, '')}/${name}`, loadedAs: loaded?.name ?? name };
  return loaded?.library === 'transformers' && own.config !== null ? { ...own, config: { ...own.config, architectures: [loaded.name] } } : own;
}

/** Components that hold no file that could be of weights, of whatever library. */
export function hollowComponents({ components, files }: Checkpoint): Component[] {
  const isDocument = (path: string): boolean => /\.(?:json|txt|md|model|jinja|py)$/.test(path);
  return components.filter(({ name, checkpoint }) => checkpoint.format === 'none' && !files.some(({ path }) => path.startsWith(`${name}/`) && !isDocument(path)));
}

/** What a pipeline is besides its components: `model_index.json`, and what lies about. */
export function withoutComponents(pipeline: Checkpoint): Checkpoint {
  const ofComponents = new Set(pipeline.components.flatMap(({ checkpoint }): readonly object[] => [...checkpoint.problems, ...checkpoint.strays]));
  return {
    ...pipeline, tensors: TensorTable.empty, shared: [], shards: [], parts: [], readTensor: null,
    problems: pipeline.problems.filter((problem) => !ofComponents.has(problem)), strays: pipeline.strays.filter((stray) => !ofComponents.has(stray)),
  };
}
