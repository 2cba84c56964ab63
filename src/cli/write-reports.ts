import { UsageError } from '../errors.ts';
import type { Report } from '../report/report.ts';
import { writeText } from './files.ts';
import { formatOf, render, type Format } from './formats.ts';
import type { Host, Parts } from './host.ts';

/** For a file, and for a stream of which no width is known. */
export const USUAL_WIDTH = 100;

/** A file to write a report to. */
export interface ReportFile {
  readonly path: string;
  readonly format: Format;
}

/**
 * The files that `--output` names. To be called before anything is checked, so that a typing error costs no wait.
 * @throws UsageError where a name does not say the format
 */
export function reportFiles(paths: readonly string[] | undefined, format?: Format): readonly ReportFile[] {
  return (paths ?? []).map((path) => {
    const found = format ?? formatOf(path);
    if (found === null) throw new UsageError(`The name ${path} does not say which format to write.`, 'End it with .json, .md, .sarif, .html or .txt, or add --format.');
    return { path, format: found };
  });
}

export async function writeReports(report: Report, files: readonly ReportFile[], host: Host, parts: Parts): Promise<void> {
  for (const { path, format } of files) {
    await writeText(path, await render(report, format, { colour: false, width: USUAL_WIDTH, directory: host.directory, rules: () => parts.rules() }), host);
  }
}
