import { discover } from '../discovery/discover.ts';
import type { Existence } from '../discovery/existence.ts';
import { HeadcheckError } from '../errors.ts';
import { filesBefore, listedFiles, type Change, type ChangedFiles } from '../publish/changes.ts';
import type { GitHub } from '../publish/client.ts';
import { pathsAt, textAt } from '../publish/repository-files.ts';
import { existenceAt } from '../publish/repository-folders.ts';
import { referenceKey } from '../reference/key.ts';
import { prose, type CheckpointReport, type Notice, type Report } from '../report/report.ts';
import { parseConfigFile, type ConfigFile } from '../settings/config-file.ts';
import { isLocal } from './at-commit.ts';
import { movedFrom, movesOf, type Moves } from './moves.ts';
import { pairReferences, type Placed } from './pairing.ts';

export interface BeforeOptions {
  readonly change: Change;
  readonly configPath: string;
  readonly rules: readonly { readonly id: string }[];
  /** An ISO date. */
  readonly today: string;
  readonly hubEndpoint: string;
}

/** How it was on the base branch. */
export interface Before {
  /** What stood in the place of each reference of a report. What has no predecessor is new. */
  readonly references: ReadonlyMap<string, string>;
  /** Files that the change moves. */
  readonly moves: Moves;
  /** Its config file; null for none. */
  readonly config: ConfigFile | null;
  /** What could not be looked up, so that nothing is forgiven for it. */
  readonly notices: readonly Notice[];
}

/**
 * Looks up what stood in the place of each reference: the same path, or the one from which the change moves the
 * checkpoint; the same reference, where the base's config file lists it too; or, for one that a changed line makes, the
 * one that this line made before.
 */
export async function lookBefore(github: GitHub, report: Report, options: BeforeOptions): Promise<Before> {
  const { change, configPath, rules, today } = options;
  const { text, notices } = await configBefore(github, change.base, configPath);
  const config = text === null ? null : parseConfigFile(text, configPath, { rules: rules.map(({ id }) => id), today });
  const listed = new Set((config?.checkpoints ?? []).map(({ reference }) => referenceKey(reference)));
  const stood = ({ reference }: CheckpointReport): boolean => isLocal(reference) || listed.has(referenceKey(reference));
  const same = new Map(report.checkpoints.filter(stood).map(({ reference }) => [reference, reference]));
  const local = report.checkpoints.filter(({ reference }) => isLocal(reference));
  const rest = report.checkpoints.filter((checkpoint) => !stood(checkpoint) && checkpoint.origin !== null);
  if (local.length + rest.length === 0) return { references: same, moves: new Map(), config, notices };
  try {
    const changed = await listedFiles(github, change);
    const moves = movesOf(changed.files);
    const paths = moves.size + rest.length === 0 ? null : await pathsAt(github, change.base);
    const moved = local.map(({ reference }): [string, string] => [reference, movedFrom(reference, moves, paths) ?? reference]);
    return { references: new Map([...same, ...moved, ...(rest.length === 0 ? [] : await replaced(github, rest, changed, paths, options))]), moves, config, notices };
  } catch (error) {
    if (!(error instanceof HeadcheckError)) throw error;
    const message = [...prose`What the change replaces or moves could not be looked up, so all that is found of it counts: ${error.message}`, ` ${error.hint}`];
    return { references: same, moves: new Map(), config, notices: [...notices, { severity: 'warning', message, location: null }] };
  }
}

/** One that could not be had forgives nothing, which is to be said. */
async function configBefore(github: GitHub, commit: string, path: string): Promise<{ readonly text: string | null; readonly notices: readonly Notice[] }> {
  try {
    return { text: await textAt(github, commit, path), notices: [] };
  } catch (error) {
    if (!(error instanceof HeadcheckError)) throw error;
    const message = [...prose`The config file ${path} of the base branch could not be read, so nothing is forgiven for it: ${error.message}`, ` ${error.hint}`];
    return { text: null, notices: [{ severity: 'warning', message, location: null }] };
  }
}

async function replaced(github: GitHub, now: readonly Placed[], changed: Pick<ChangedFiles, 'files'>, paths: ReadonlySet<string> | null, { change, hubEndpoint }: BeforeOptions): Promise<ReadonlyMap<string, string>> {
  const there = existenceAt({ paths, workspace: null, github, commit: change.base });
  // Where that is not known, a folder that is taken for a model of the Hub is none there, and forgives nothing.
  const exists: Existence = async (path) => (await there(path)) ?? false;
  const { references } = await discover({ files: await filesBefore(github, changed, change.base), body: null, config: [], exists, hubEndpoint });
  return pairReferences(changed.files, now, references);
}
