import { appendFile } from 'node:fs/promises';

/** Bytes that a step's job summary may have. Over it, GitHub drops all of it. */
export const LONGEST_SUMMARY = 1024 * 1024;

/**
 * Writes the job summary. It needs no permission, so it works for a fork's pull request too.
 * @param path the file that the runner names; null where it has none, as on older Enterprise Servers
 * @param render gives the Markdown within so many UTF-16 units
 */
export async function publishSummary(path: string | null, render: (limit: number) => string): Promise<void> {
  if (path !== null) await appendFile(path, withinBytes(render, LONGEST_SUMMARY));
}

/** Renders within a limit of bytes, though the renderer counts UTF-16 units, of which one may take three bytes. */
export function withinBytes(render: (limit: number) => string, most: number): string {
  const roomy = render(most - 1);
  if (Buffer.byteLength(roomy) < most) return roomy;
  return render(Math.floor((most - 1) / 3));
}
