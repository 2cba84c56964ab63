import type { Intent } from '../comparison/intent.ts';
import { prose } from './prose.ts';
import type { Prose } from './prose.ts';

/** The class with a head that config.json names, where the team declares another one; else null. */
export function contestedClass({ isDeclared, class: own, intendedClass, bare }: Intent): string | null {
  return isDeclared && !bare && own !== intendedClass ? own : null;
}

/** What to do where the declared class may be what is wrong, before what to do where it is right. */
export function correctDeclared(own: string): Prose {
  return prose`config.json names ${own}: if it is released as that, correct the declared class (${'class'} in the config file, ${'--class'}). If not, `;
}
