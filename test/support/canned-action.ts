import { appendFileSync, readFileSync } from 'node:fs';
import { runAction } from '../../src/action/run.ts';
import type { CheckpointReport, Report } from '../../src/report/report.ts';
import type { Settings } from '../../src/settings.ts';
import type { StepMessage } from './runner.ts';

/**
 * The action with a check that knows its answers, to test what is done with them: `CANNED` names a file of checkpoint
 * reports by reference; the settings of each check are appended to `ASKED`. A process of its own, which runs one step
 * after another: each has its own environment and its own log.
 */
async function check(settings: Settings): Promise<Report> {
  const canned: Readonly<Record<string, CheckpointReport>> = JSON.parse(readFileSync(process.env['CANNED'] ?? '', 'utf8'));
  appendFileSync(process.env['ASKED'] ?? '', `${JSON.stringify(settings)}\n`);
  const checkpoints = settings.targets.flatMap(({ reference, origin }) => {
    const known = canned[reference];
    return known ? [{ ...known, reference, origin }] : [];
  });
  const verdicts = checkpoints.map(({ verdict }) => verdict);
  const verdict = (['incomplete', 'unreadable', 'unknown'] as const).find((one) => verdicts.includes(one)) ?? 'complete';
  return { tool: { name: 'headcheck', version: '0.0.0-test' }, verdict, checkpoints, notices: [] };
}

process.on('message', async ({ env }: StepMessage) => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  const write = process.stdout.write;
  let log = '';
  process.stdout.write = (chunk: string | Uint8Array): boolean => {
    log += String(chunk);
    return true;
  };
  try {
    const code = await runAction(env, { rules: [], patience: 0, now: Date.now(), today: '2026-01-31', check });
    process.send?.({ code, log });
  } finally {
    process.stdout.write = write;
  }
});
