import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { REPORT_NAME } from '../publish/foreign-report.ts';
import type { FailOn } from '../report/exit-code.ts';
import { jsonV1 } from '../report/json-v1.ts';
import { markdown, SUMMARY_LIMIT } from '../report/markdown.ts';
import { predicate } from '../report/predicate.ts';
import { prose, type Report } from '../report/report.ts';
import type { SarifRule } from '../report/sarif.ts';
import type { Call } from './call.ts';
import type { ExtraFormat } from './inputs.ts';

/** Where the reports were written, by format. */
export type Written = Readonly<Record<'report' | 'markdown' | 'predicate', string> & Partial<Record<ExtraFormat, string>>>;

/** Writes the reports as files, for the steps that follow: to upload, to post oneself, to attest. */
export async function writeReports(report: Report, failOn: FailOn, { inputs, environment, rules }: Call): Promise<Written> {
  const path = inputs.report === null ? join(environment.temp, 'headcheck', REPORT_NAME) : absolute(inputs.report, environment.workspace);
  const stem = path.replace(/\.json$/i, '');
  await mkdir(dirname(path), { recursive: true });
  const written = { report: path, markdown: `${stem}.md`, predicate: `${stem}.predicate.json` };
  await writeFile(written.report, jsonV1(report));
  await writeFile(written.markdown, markdown(report, { limit: SUMMARY_LIMIT, wholeReport: prose`in ${basename(path)}, beside this file` }));
  await writeFile(written.predicate, `${JSON.stringify(predicate(report, failOn), null, 2)}\n`);
  const extra: Partial<Record<ExtraFormat, string>> = {};
  for (const format of inputs.formats) {
    extra[format] = `${stem}.${format}`;
    await writeFile(`${stem}.${format}`, await rendered(report, format, rules, environment.workspace));
  }
  return { ...written, ...extra };
}

/** Loaded only when asked for. */
async function rendered(report: Report, format: ExtraFormat, rules: readonly SarifRule[], root: string): Promise<string> {
  if (format === 'sarif') return (await import('../report/sarif.ts')).sarif(report, rules, root);
  return (await import('../report/html.ts')).html(report);
}

function absolute(path: string, directory: string): string {
  return isAbsolute(path) ? path : join(directory, path);
}
