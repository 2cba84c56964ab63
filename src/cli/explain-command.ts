import { UsageError } from '../errors.ts';
import { wrap } from '../report/layout.ts';
import { plain } from '../report/report.ts';
import { suggestion } from '../settings/wording.ts';
import type { Host, Parts, RuleFacts } from './host.ts';

/** Longer lines are hard to read. */
const WIDEST = 100;

/** `headcheck explain`: what a rule says, why, and how it decides; without a rule, all of them in a line each. */
export async function explainCommand(id: string | undefined, host: Host, parts: Parts): Promise<number> {
  const rules = await parts.rules();
  if (id === undefined) {
    const widest = Math.max(...rules.map((rule) => rule.id.length));
    host.stdout.write(`${rules.map((rule) => `${rule.id.padEnd(widest)}  ${rule.severity.padEnd(7)}  ${rule.summary}`).join('\n')}\n`);
    return 0;
  }
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) {
    const nearest = plain(suggestion(id, rules.map((one) => one.id)));
    throw new UsageError(`There is no rule ${id}.${nearest}`, 'List the rules with: headcheck explain');
  }
  host.stdout.write(page(rule, Math.min(host.stdout.columns ?? WIDEST, WIDEST)));
  return 0;
}

function page(rule: RuleFacts, width: number): string {
  const paragraph = (text: string): string => wrap([text], width, { text: String, code: String, quoted: true }).join('\n');
  const parts = [
    `${rule.id} (${rule.severity})`,
    paragraph(rule.summary),
    paragraph(`Why: ${rule.why}`),
    paragraph(`How it decides: ${rule.how}`),
    ...(rule.sources.length > 0 ? [paragraph(`Seen in: ${rule.sources.join(', ')}`)] : []),
    rule.helpUrl,
  ];
  return `${parts.join('\n\n')}\n`;
}
