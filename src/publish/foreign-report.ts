import { MalformedError, NotFoundError } from '../errors.ts';
import { parseJsonV1 } from '../report/json-v1-parse.ts';
import type { Report } from '../report/report.ts';
import type { Source } from '../source/source.ts';

/** The name that the action gives its JSON report, unless told otherwise. */
export const REPORT_NAME = 'headcheck-report.json';
/** A report of a thousand checkpoints has some megabytes. */
const LONGEST_REPORT = 32 * 1024 * 1024;

/**
 * Reads the report that another workflow left, as text by strangers: code of the pull request may have made it.
 * @param source the artifact
 * @param helpUrl the page of a rule; links of the report are not taken over
 * @throws NotFoundError where there is no report, MalformedError where it is none of ours
 */
export async function readForeignReport(source: Source, helpUrl: (rule: string) => string): Promise<Report> {
  const named = source.files.filter(({ path }) => path.split('/').at(-1) === REPORT_NAME);
  const [file] = named.length > 0 ? named : source.files.filter(({ path }) => path.endsWith('.json'));
  if (!file) throw new NotFoundError('The artifact of the other workflow holds no report.', `Upload the file that the output \`report\` names (${REPORT_NAME}).`);
  if (file.size > LONGEST_REPORT) throw new MalformedError(`The report of the other workflow has ${file.size} bytes; at most ${LONGEST_REPORT} are read.`, 'Check fewer checkpoints in one run.');
  const reader = await source.open(file.path);
  try {
    return parseJsonV1(parseJson(await reader.read(0, file.size)), helpUrl);
  } finally {
    await reader.close?.();
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new MalformedError('The report of the other workflow is not JSON.', 'Upload the file as the action wrote it.', { cause });
  }
}
