import { folderOf } from './files.ts';

/** Whether the repository has such a file or folder, by its path from the root; null where that is not known. */
export type Existence = (path: string) => Promise<boolean | null>;

/** What a whole listing of the repository says; without one nothing is known. */
export function existenceIn(paths: ReadonlySet<string> | null): Existence {
  if (paths === null) return async () => null;
  const known = new Set(paths);
  for (const path of paths) {
    for (let folder = folderOf(path); folder !== '.' && !known.has(folder); folder = folderOf(folder)) known.add(folder);
  }
  return async (path) => known.has(path);
}

/** Whether any of the paths is there; null where one of them may be. */
export async function anyExists(paths: readonly string[], exists: Existence): Promise<boolean | null> {
  let answer: boolean | null = false;
  for (const path of paths) {
    const one = await exists(path);
    if (one === true) return true;
    answer = one === null ? null : answer;
  }
  return answer;
}
