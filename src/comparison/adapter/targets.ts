import type { AdapterSettings } from './settings.ts';

type Test = (module: string) => boolean;

/** Longest regular expression of a config that is run. */
const MAX_EXPRESSION = 400;
/** With more quantifiers than this an expression from a stranger may take longer than a lifetime. */
const MAX_QUANTIFIERS = 2;

/**
 * Whether PEFT adapts a module of that name (`check_target_module_exists` of peft 0.21), or null where that can't be
 * told without running an expression that might never end.
 */
export function targetTest(settings: AdapterSettings): Test | null {
  if ('expression' in settings.targets && settings.targets.expression === 'all-linear') return null;
  const target = nameTest(settings.targets);
  const excluded = nameTest(settings.excluded);
  if (target === null || excluded === null) return null;
  return (module) => !excluded(module) && !isSaved(module, settings.modulesToSave) && target(module) && inLayers(module, settings);
}

/** Whether a module is one of `modules_to_save`, or lies in one. */
export function isSaved(module: string, modulesToSave: readonly string[]): boolean {
  return modulesToSave.some((saved) => `.${module}.`.includes(`.${saved}.`));
}

function nameTest(names: AdapterSettings['targets']): Test | null {
  if ('expression' in names) return expressionTest(names.expression);
  const ends = new Set(names);
  const longest = names.reduce((most, name) => Math.max(most, name.length), 0);
  return (module) => endsAtDot(module, ends, longest);
}

/** Whether a module is one of some names, or ends in one after a dot. A config may list thousands: each end is looked up, not each name. */
function endsAtDot(module: string, names: ReadonlySet<string>, longest: number): boolean {
  if (names.has(module)) return true;
  for (let dot = module.lastIndexOf('.'); dot >= 0 && module.length - dot - 1 <= longest; dot = dot === 0 ? -1 : module.lastIndexOf('.', dot - 1)) {
    if (names.has(module.slice(dot + 1))) return true;
  }
  return false;
}

/** A Python expression that must match the whole name; null for one that JavaScript can't read, or that costs too much. */
function expressionTest(expression: string): Test | null {
  const plain = expression.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x').replaceAll('(?:', '(');
  const quantifiers = plain.match(/[*+?{]/g)?.length ?? 0;
  const isCostly = expression.length > MAX_EXPRESSION || quantifiers > MAX_QUANTIFIERS || /\)[*+?{]|\(\?/.test(plain) || /\\\d/.test(expression);
  if (isCostly) return null;
  try {
    const compiled = new RegExp(`^(?:${expression})$`);
    return (module) => compiled.test(module);
  } catch {
    return null;
  }
}

function inLayers(module: string, { layers, layersPatterns, targets }: AdapterSettings): boolean {
  if (layers === null || 'expression' in targets || targets.includes(module)) return true;
  const segments = module.split('.');
  const at = segments.findIndex((segment, i) => i > 1 - Number(layersPatterns.length > 0) && /^\d+$/.test(segment) && i < segments.length - 1
    && (layersPatterns.length === 0 || layersPatterns.some((pattern) => segments[i - 1] === pattern)));
  return at >= 0 && layers.includes(Number(segments[at]));
}
