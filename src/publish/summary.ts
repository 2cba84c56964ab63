import { summary } from '@actions/core';

/** Bytes that a step's job summary may have. Over it, GitHub drops all of it. */
export const LONGEST_SUMMARY = 1024 * 1024;

/**
 * Writes the job summary. It needs no permission, so it works for a fork's pull request too.
 * @param render gives the Markdown within so many UTF-16 units
 * @returns whether there was a place to write it to; older runners and Enterprise Servers may have none
 */
export async function publishSummary(render: (limit: number) => string): Promise<boolean> {
  try {
    await summary.addRaw(withinBytes(render, LONGEST_SUMMARY), true).write();
    return true;
  } catch (error) {
    if (error instanceof Error && /GITHUB_STEP_SUMMARY/.test(error.message)) return false;
    throw error;
  }
}

/** Renders within a limit of bytes, though the renderer counts UTF-16 units, of which one may take three bytes. */
export function withinBytes(render: (limit: number) => string, most: number): string {
  const roomy = render(most - 1);
  if (Buffer.byteLength(roomy) < most) return roomy;
  return render(Math.floor((most - 1) / 3));
}
