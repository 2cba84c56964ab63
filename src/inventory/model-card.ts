import type { JsonObject, ModelCard } from './checkpoint.ts';
import { isObject, stringAt, stringsAt } from './config.ts';
import { MAX_CARD_CHARACTERS, MAX_CARD_ITEMS } from './limits.ts';

/**
 * Cuts the front matter out of a model card.
 * @returns the YAML between the first two `---` lines, or null where the card has none
 */
function frontMatter(text: string): string | null {
  // One pattern for all of it would try every line as the first: quadratic in a card of empty lines.
  const body = text.trimStart();
  const opening = /^---[ \t]*\r?\n/.exec(body)?.[0];
  if (opening === undefined) return null;
  const rest = body.slice(opening.length);
  const closing = /^---[ \t]*\r?$/m.exec(rest);
  return closing === null ? null : rest.slice(0, closing.index);
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
    baseModels: listAt(value, 'base_model'),
    relation: stringAt(value, 'base_model_relation'),
    pipelineTag: stringAt(value, 'pipeline_tag'),
    libraryName: stringAt(value, 'library_name'),
    tags: listAt(value, 'tags'),
  };
}

function listAt(value: JsonObject, key: string): readonly string[] {
  return stringsAt(value, key).filter(({ length }) => length <= MAX_CARD_CHARACTERS).slice(0, MAX_CARD_ITEMS);
}
