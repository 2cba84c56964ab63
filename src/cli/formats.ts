import { extname } from 'node:path';
import type { Report } from '../report/report.ts';
import type { RuleFacts } from './host.ts';

export const FORMATS = ['terminal', 'json', 'markdown', 'sarif', 'html'] as const;
export type Format = (typeof FORMATS)[number];

const BY_EXTENSION: Readonly<Record<string, Format>> = { '.json': 'json', '.md': 'markdown', '.sarif': 'sarif', '.html': 'html', '.htm': 'html', '.txt': 'terminal' };

/** The format that a file's name asks for; null where it does not say. */
export function formatOf(path: string): Format | null {
  return BY_EXTENSION[extname(path).toLowerCase()] ?? null;
}

export interface RenderOptions {
  readonly colour: boolean;
  /** Columns, for the terminal. */
  readonly width: number;
  /** The folder that relative references count from; absolute. */
  readonly directory: string;
  readonly rules: () => Promise<readonly RuleFacts[]>;
}

/** The report in that format. Only the reporter that is asked for is loaded. */
export async function render(report: Report, format: Format, { colour, width, directory, rules }: RenderOptions): Promise<string> {
  switch (format) {
    case 'terminal': {
      const { terminal } = await import('../report/terminal.ts');
      return terminal(report, { colour, width });
    }
    case 'json': {
      const { jsonV1 } = await import('../report/json-v1.ts');
      return jsonV1(report);
    }
    case 'markdown': {
      const { markdown } = await import('../report/markdown.ts');
      return markdown(report, { wholeReport: ['printed by ', { code: 'headcheck check --format json' }] });
    }
    case 'sarif': {
      const { sarif } = await import('../report/sarif.ts');
      return sarif(report, await rules(), directory);
    }
    case 'html': {
      const { html } = await import('../report/html.ts');
      return html(report);
    }
  }
}
