import { UsageError } from '../errors.ts';
import { exitCode } from '../report/exit-code.ts';
import { wantsColour } from './environment.ts';
import { render } from './formats.ts';
import type { Format } from './formats.ts';
import { gateReport, type GateOptions } from './gate-report.ts';
import type { Host, Parts } from './host.ts';
import { runCheck } from './run-check.ts';
import type { CheckOptions } from './run-check.ts';
import { reportFiles, USUAL_WIDTH, writeReports } from './write-reports.ts';

export interface CheckCommandOptions extends CheckOptions, Pick<GateOptions, 'baseline' | 'onlyRegressions'> {
  readonly format?: Format;
  readonly output?: readonly string[];
}

/** `headcheck check`: prints the report, or writes it to files and prints the one for the terminal. */
export async function checkCommand(references: readonly string[], options: CheckCommandOptions, host: Host, parts: Parts): Promise<number> {
  requireBaseline(options);
  const files = reportFiles(options.output, options.format);
  const { report: found, settings } = await runCheck(references, options, host, parts);
  const report = await gateReport(found, settings, options, null, host, parts);
  await writeReports(report, files, host, parts);
  const shown = files.length > 0 ? 'terminal' : (options.format ?? 'terminal');
  host.stdout.write(await render(report, shown, { colour: wantsColour(host), width: host.stdout.columns ?? USUAL_WIDTH, directory: host.directory, rules: () => parts.rules() }));
  return exitCode(report, settings.failOn);
}

/**
 * A terminal has no pull request, so nothing says what was there before but a baseline.
 * @throws UsageError where none is named
 */
function requireBaseline({ onlyRegressions = false, baseline = '' }: CheckCommandOptions): void {
  if (!onlyRegressions || baseline !== '') return;
  throw new UsageError(
    '--only-regressions takes a baseline to compare with: expected --baseline <reference>, found none.',
    'Name what you have already, such as --baseline accepted.headcheck.json (headcheck snapshot writes one); headcheck review compares with the base branch of a pull request.',
  );
}
