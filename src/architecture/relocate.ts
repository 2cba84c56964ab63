import { SETTING, decidingSettings } from './facts.ts';
import type { ClassFacts, Condition, Conversion, Dimension, ParameterGroup, Submodel, Tie } from './facts.ts';

/** Where a model sits within another. */
export interface Place {
  /** Its path in memory names: `model.language_model`. */
  readonly memory: string;
  /** The same in names on disk: `language_model.model`. */
  readonly disk: string;
  /** Dotted path of its config. */
  readonly config: string;
}

/** The facts of a class that is a model within another, under the names and settings that they have there. */
export function relocate(facts: ClassFacts, place: Place): ClassFacts {
  const memory = (name: string): string => `${place.memory}.${name}`;
  const key = (path: string): string => path.split('|').map((one) => settingPath(one, place.config)).join('|');
  return {
    ...facts,
    outputEmbedding: facts.outputEmbedding === null ? null : memory(facts.outputEmbedding),
    inputEmbedding: facts.inputEmbedding === null ? null : memory(facts.inputEmbedding),
    head: facts.head.map(memory),
    ties: facts.ties.map((tie): Tie => ({ ...tie, target: memory(tie.target), source: memory(tie.source), flag: tie.flag === null ? null : key(tie.flag) })),
    tieFlag: { ...facts.tieFlag, path: key(facts.tieFlag.path) },
    ignoreMissing: facts.ignoreMissing.map((source) => anchored(source, place.memory)),
    ignoreUnexpected: facts.ignoreUnexpected.map((source) => anchored(source, place.memory)),
    layers: Object.fromEntries(Object.entries(facts.layers).map(([list, setting]) => [`${place.disk}.${list}`, setting === null ? null : key(setting)])),
    groups: facts.groups.map((group) => relocateGroup(group, place)),
    submodels: facts.submodels.map((submodel): Submodel => ({ ...submodel, path: memory(submodel.path), config: submodel.config === null ? null : `${place.config}.${submodel.config}` })),
    // 4.57 renames by the mapping of the outer class alone.
    conversions: facts.release === '4.57.6' ? [] : facts.conversions.map((conversion): Conversion => ({ ...conversion, scope: conversion.scope === null || conversion.scope === '' ? place.memory : memory(conversion.scope) })),
  };
}

function relocateGroup(group: ParameterGroup, place: Place): ParameterGroup {
  return {
    ...group,
    scope: group.scope === '' ? '' : `${place.disk}.${group.scope}`,
    when: group.when === null ? null : ({ ...group.when, key: decidingSettings(group.when).map((path) => settingPath(path, place.config)).join('|') } satisfies Condition),
    inner: group.inner === null ? null : `${place.disk}.${group.inner}`,
    parameters: group.parameters.map(({ disk, memory, dims }) => ({
      disk: `${place.disk}.${disk}`,
      memory: `${place.memory}.${memory}`,
      dims: dims === null ? null : dims.map((dim): Dimension => (typeof dim === 'string' ? dim.replace(SETTING, (path) => settingPath(path, place.config)) : dim)),
    })),
  };
}

/** The number of labels is no setting, but counted (see `Dimension`). */
function settingPath(path: string, config: string): string {
  return path === 'num_labels' ? path : `${config}.${path}`;
}

/** An expression for names of the inner model, for those names where they stand now. */
function anchored(source: string, path: string): string {
  return source.startsWith('^') ? `^${path.replaceAll('.', '\\.')}\\.${source.slice(1)}` : source;
}
