import type { Source } from '../source/source.ts';
import type { Checkpoint, Component, JsonObject, Stray } from './checkpoint.ts';
import { combineComponents } from './components.ts';
import { Documents } from './documents.ts';
import { emptyCheckpoint } from './empty.ts';
import { readCard, readFolder } from './folder.ts';
import { HeadCache } from './head.ts';
import { MAX_CONFIG_BYTES } from './limits.ts';
import type { ReadOptions } from './parts.ts';
import { lookAt } from './selection.ts';

/** Components that have no weights, by the end of their class's name. */
const WITHOUT_WEIGHTS = /(?:Tokenizer|TokenizerFast|Scheduler|Processor|FeatureExtractor|Guider)$/;

/** Reads a diffusers pipeline: each folder that `model_index.json` names is a checkpoint of its own. */
export async function readPipeline(source: Source, options: ReadOptions): Promise<Checkpoint> {
  const documents = new Documents(source);
  const config = await documents.object('model_index.json', MAX_CONFIG_BYTES);
  const names = config === null ? foldersWithWeights(source) : componentNames(config);
  const shared = { ...options, heads: options.heads ?? new HeadCache() };
  const [card, ...components] = await Promise.all([
    readCard(documents, ''),
    ...names.map(async (name): Promise<Component> => ({ name, checkpoint: await readFolder(source, `${name}/`, shared) })),
  ]);
  return combineComponents({ ...emptyCheckpoint(source), config, card, strays: besides(source, names), problems: documents.problems }, components);
}

/** The folders that should hold weights. `[null, null]` stands for one that the pipeline does without. */
function componentNames(pipeline: JsonObject): string[] {
  return Object.entries(pipeline).flatMap(([name, value]) => {
    if (!/^[A-Za-z]\w*$/.test(name) || !Array.isArray(value)) return [];
    const [library, className]: readonly unknown[] = value;
    return typeof library === 'string' && typeof className === 'string' && !WITHOUT_WEIGHTS.test(className) ? [name] : [];
  });
}

function foldersWithWeights({ files }: Source): string[] {
  return [...new Set(lookAt(files, '').below.map(({ file }) => file.path.slice(0, file.path.indexOf('/'))))];
}

/** Weights outside the components' folders. Those in the root are the same model in one file, as its publisher trained it. */
function besides({ files }: Source, names: readonly string[]): Stray[] {
  const { weights, below } = lookAt(files, '');
  const isInside = (path: string): boolean => names.some((name) => path.startsWith(`${name}/`));
  return [
    ...weights.map(({ file }) => ({ path: file.path, size: file.size, why: 'original-release' as const })),
    ...below.filter(({ file }) => !isInside(file.path)).map(({ file }) => ({ path: file.path, size: file.size, why: 'subfolder' as const })),
  ];
}
