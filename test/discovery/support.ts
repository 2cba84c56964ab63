import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { discover } from '../../src/discovery/discover.ts';
import type { ChangedFile } from '../../src/discovery/discover.ts';

/** A file that a pull request adds, as GitHub shows it. */
export function added(path: string, content: string): ChangedFile {
  const lines = content.replace(/\n$/, '').split('\n');
  return { path, status: 'added', patch: `@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}`).join('\n')}` };
}

/** A file of which a pull request changes the given lines (from 1), with its whole content at hand. */
export function changed(path: string, content: string, ...lines: readonly number[]): ChangedFile {
  const text = content.replace(/\n$/, '').split('\n');
  const patch = lines.map((line) => `@@ -${line} +${line} @@\n-old\n+${text[line - 1] ?? ''}`).join('\n');
  return { path, status: 'modified', patch, content };
}

/** What is found in a repository without other files, each as `reference line`. */
export async function found(files: readonly ChangedFile[], rest: Partial<Parameters<typeof discover>[0]> = {}): Promise<string[]> {
  const { references } = await discover({ files, body: null, config: [], paths: new Set(), ...rest });
  return references.map(({ reference, origin }) => (origin === null ? reference : `${reference} ${origin.line}`));
}

/** A file as people write it, and every reference in it with its line. */
export type Case = readonly [title: string, path: string, content: string, ...expected: string[]];

export function describeCases(language: string, cases: readonly Case[]): void {
  describe(`references in ${language}`, () => {
    for (const [title, path, content, ...expected] of cases) {
      it(title, async () => { assert.deepEqual(await found([added(path, content)]), expected); });
    }
  });
}
