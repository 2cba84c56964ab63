import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Whether a value fits the published schema of reports. Its `errors` say why not. */
export const fitsReportSchema = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync('schema/report-v1.schema.json', 'utf8')));

/** Fails where a value does not fit the published schema of reports. */
export function validateReport(value: unknown): void {
  assert.ok(fitsReportSchema(value), JSON.stringify(fitsReportSchema.errors, null, 2));
}
