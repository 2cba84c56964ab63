import type { Host, Parts, RuleFacts } from '../../src/cli/host.ts';
import { run } from '../../src/cli/program.ts';
import type { Report } from '../../src/report/report.ts';
import type { Settings } from '../../src/settings.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Settings with which a check was asked for. */
  readonly settings: Settings | null;
}

export const HEAD_MISSING: RuleFacts = {
  id: 'head-missing', severity: 'error', summary: 'The head is not in the checkpoint', why: 'Loaders only warn.', how: 'By names.', sources: ['huggingface/transformers#37303'],
  helpUrl: 'https://github.com/headcheck/headcheck/blob/main/docs/rules/head-missing.md',
};

/** Runs a command in this process, with a check that answers with that report. */
export async function ran(argv: readonly string[], report: Report | Error, overrides: Partial<Omit<Host, 'stdout' | 'stderr'>> & { readonly isTTY?: boolean; readonly parts?: Partial<Parts> } = {}): Promise<Ran> {
  let [out, err] = ['', ''];
  let settings: Settings | null = null;
  const { isTTY = false, parts, ...rest } = overrides;
  const host: Host = {
    env: {}, directory: process.cwd(), now: Date.UTC(2026, 10, 23, 12),
    stdout: { write: (text) => (out += text), isTTY, columns: 100 },
    stderr: { write: (text) => (err += text), isTTY, columns: 80 },
    ...rest,
  };
  const unused = async (): Promise<never> => {
    throw new Error('this part should not have been loaded');
  };
  const code = await run(argv, host, {
    check: async () => async (given, { progress }) => {
      settings = given;
      progress?.({ kind: 'resolved', reference: 'x', revision: null, files: 1 });
      if (report instanceof Error) throw report;
      return report;
    },
    rules: async () => [HEAD_MISSING],
    snapshot: unused,
    review: unused,
    find: unused,
    pull: unused,
    gate: async () => await import('../../src/gate.ts'),
    ...parts,
  });
  return { code, out, err, settings };
}
