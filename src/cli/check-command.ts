import { UsageError } from '../errors.ts';
import { exitCode } from '../report/exit-code.ts';
import { wantsColour } from './environment.ts';
import { writeText } from './files.ts';
import { formatOf, render } from './formats.ts';
import type { Format } from './formats.ts';
import type { Host, Parts } from './host.ts';
import { runCheck } from './run-check.ts';
import type { CheckOptions } from './run-check.ts';

export interface CheckCommandOptions extends CheckOptions {
  readonly format?: Format;
  readonly output?: readonly string[];
}

/** For a file, and for a stream of which no width is known. */
const USUAL_WIDTH = 100;

/** `headcheck check`: prints the report, or writes it to files and prints the one for the terminal. */
export async function checkCommand(references: readonly string[], options: CheckCommandOptions, host: Host, parts: Parts): Promise<number> {
  const files = (options.output ?? []).map((path) => ({ path, format: fileFormat(path, options.format) }));
  const { report, settings } = await runCheck(references, options, host, parts);
  const rules = async (): ReturnType<Parts['rules']> => await parts.rules();
  for (const { path, format } of files) {
    await writeText(path, await render(report, format, { colour: false, width: USUAL_WIDTH, directory: host.directory, rules }), host);
  }
  const shown = files.length > 0 ? 'terminal' : (options.format ?? 'terminal');
  host.stdout.write(await render(report, shown, { colour: wantsColour(host), width: host.stdout.columns ?? USUAL_WIDTH, directory: host.directory, rules }));
  return exitCode(report, settings.failOn);
}

/** Known before anything is checked, so that a typing error costs no wait. */
function fileFormat(path: string, format: Format | undefined): Format {
  const found = format ?? formatOf(path);
  if (found !== null) return found;
  throw new UsageError(`The name ${path} does not say which format to write.`, 'End it with .json, .md, .sarif, .html or .txt, or add --format.');
}
