import type { ModelCard } from './checkpoint.ts';
import { isObject, stringAt, stringsAt } from './config.ts';
import { MAX_CARD_ITEMS } from './limits.ts';

/**
 * Cuts the front matter out of a model card.
 * @returns the YAML between the first two `---` lines, or null where the card has none
 */
export function frontMatter(text: string): string | null {
  const match = /^\uFEFF?(?:[ \t]*\r?\n)*---[ \t]*\r?\n([\s\S]*?)^---[ \t]*\r?$/m.exec(text);
  return match?.index === 0 ? (match[1] ?? null) : null;
}

/**
 * Reads the front matter of a model card. A card is prose that people write by hand: what breaks the rules of YAML
 * is no problem of the checkpoint and reads as no card at all.
 */
export async function parseModelCard(text: string): Promise<ModelCard | null> {
  const yaml = frontMatter(text);
  if (yaml === null) return null;
  const { parseDocument } = await import('yaml');
  let value: unknown;
  try {
    const document = parseDocument(yaml, { schema: 'core', uniqueKeys: false, logLevel: 'silent' });
    if (document.errors.length > 0) return null;
    // `maxAliasCount` stops a few lines of aliases from growing into gigabytes.
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  return {
    baseModels: stringsAt(value, 'base_model').slice(0, MAX_CARD_ITEMS),
    relation: stringAt(value, 'base_model_relation'),
    pipelineTag: stringAt(value, 'pipeline_tag'),
    libraryName: stringAt(value, 'library_name'),
    tags: stringsAt(value, 'tags').slice(0, MAX_CARD_ITEMS),
  };
}
