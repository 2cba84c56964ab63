import { size } from '../diagnosis/numbers.ts';
import { commandless, visible } from '../report/untrusted.ts';
import type { SourceEvent } from '../source/context.ts';
import type { Host } from './host.ts';

/** One line on a terminal that is written over and over, and is gone in the end. */
export interface ProgressLine {
  readonly show: (event: SourceEvent) => void;
  /** Wipes the line, so that what follows starts on a clean one. */
  readonly end: () => void;
}

/** Often enough to look alive, seldom enough to cost nothing. */
const LEAST_MS_BETWEEN = 80;
const CLEAR_LINE = '\r\u001b[2K';

/** A line for standard error where that is a terminal that somebody looks at; null elsewhere (a file, CI). */
function progressLine({ stderr, env }: Host, now: () => number = Date.now): ProgressLine | null {
  if (stderr.isTTY !== true || env.CI || env.TERM === 'dumb') return null;
  let bytes = 0;
  let reads = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  const draw = (text: string): void => {
    if (now() - drawnAt < LEAST_MS_BETWEEN) return;
    drawnAt = now();
    isDrawn = true;
    stderr.write(CLEAR_LINE + commandless(visible(text, Math.max(20, (stderr.columns ?? 80) - 1))));
  };
  return {
    show(event) {
      if (event.kind === 'waiting') draw(`Waiting ${Math.ceil(event.seconds)} s for ${event.host}: ${event.reason}`);
      else if (event.kind === 'resolved') draw(`Reading ${event.reference}`);
      else {
        bytes += event.bytes;
        reads++;
        draw(`${reads} read, ${size(bytes)} · ${event.path}`);
      }
    },
    end() {
      if (isDrawn) stderr.write(CLEAR_LINE);
      isDrawn = false;
    },
  };
}

/** Runs something with a line of progress, which is gone when it ends or fails. */
export async function watched<T>(host: Host, work: (watch: { readonly progress?: (event: SourceEvent) => void }) => Promise<T>): Promise<T> {
  const line = progressLine(host);
  try {
    return await work(line === null ? {} : { progress: line.show });
  } finally {
    line?.end();
  }
}
