import type { Checkpoint } from '../../../src/inventory/checkpoint.ts';
import type { CheckpointReport } from '../../../src/report/report.ts';
import type { CorpusCase } from '../checkpoints/corpus.ts';

/** What the real loader said of a case, made comparable with a report. */
export interface Oracle {
  readonly fault: string;
  /** Verdicts that agree with it. */
  wanted(report: CheckpointReport, base: Checkpoint | null): readonly string[];
  /** How the sets of names differ, empty where they do not; null where they cannot be compared. */
  setDifference(report: CheckpointReport, base: Checkpoint): string | null;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.flatMap((item: unknown) => (typeof item === 'string' ? [item] : Array.isArray(item) && typeof item[0] === 'string' ? [item[0]] : [])) : [];
}

function entries(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

export function oracleOf(item: CorpusCase): Oracle {
  const fault = String(item['fault'] ?? item.id.split('/').at(-1));
  const said = entries(item['oracle']);
  // `silent`: found by looking at the loaded model, parameters that the loader left unset and did not report.
  const missing = [...new Set([...strings(said['missing']), ...strings(said['silent'])])];
  const unexpected = strings(said['unexpected']);
  const mismatched = strings(said['mismatched']);
  const stated = item['expected_verdict'] ?? item['expected'];
  const expected = typeof stated === 'string' ? stated : null;
  const isRefused = typeof said['error'] === 'string';
  return {
    fault,
    wanted(report, base) {
      if (expected !== null) return [expected];
      // The oracle of an adapter is that its base could not be fetched: the adapter itself is sound.
      if (fault === 'peft_adapter' && said['loader'] !== 'peft') return ['complete'];
      if (isRefused) return ['incomplete', 'unreadable'];
      if (missing.length > 0 || mismatched.length > 0) return ['incomplete'];
      // Sound in itself; set beside a base whose own head it no longer has, a loss.
      if (fault === 'tie_flipped' && base !== null && report.tied.some(({ name }) => base.tensors.has(name))) return ['incomplete'];
      return ['complete'];
    },
    setDifference(report, base) {
      // PEFT names an adapter's parameters by the modules that it makes, which are no names on disk.
      if (isRefused || said['missing'] === undefined || said['loader'] === 'peft') return null;
      // The oracle names parameters as they are in memory: comparable only where those are names on disk.
      const onDisk = (name: string): boolean => base.tensors.has(name) || report.unexpected.some((entry) => entry.name === name);
      if (![...missing, ...mismatched].every(onDisk)) return null;
      return [
        difference('missing', missing, report.missing.map(({ name }) => name)),
        difference('unexpected', unexpected, report.unexpected.map(({ name }) => name)),
        difference('mismatched', mismatched, report.mismatched.map(({ name }) => name)),
      ].filter((text) => text !== '').join('; ');
    },
  };
}

function difference(what: string, wanted: readonly string[], found: readonly string[]): string {
  const lacking = wanted.filter((name) => !found.includes(name));
  const beyond = found.filter((name) => !wanted.includes(name));
  const some = (names: readonly string[]): string => `${names.slice(0, 2).join(' ')}${names.length > 2 ? ` (${names.length})` : ''}`;
  if (lacking.length === 0 && beyond.length === 0) return '';
  return `${what}:${lacking.length > 0 ? ` lacks ${some(lacking)}` : ''}${beyond.length > 0 ? ` beyond ${some(beyond)}` : ''}`;
}
