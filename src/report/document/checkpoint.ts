import type { RootContent } from 'mdast';
import { groups } from '../groups.ts';
import { counted, size } from '../../diagnosis/numbers.ts';
import { prose } from '../report.ts';
import type { CheckpointReport, Finding, Prose } from '../report.ts';
import { ledgerTable, mismatchTable, missingTable, pairTable, shardTable, tensorTable } from '../tables.ts';
import type { TableData } from '../tables.ts';
import { isOnlyPrefixed, ledgerSum, loaderGroups, mainFinding, mainShard, otherFindings } from '../view.ts';
import { comparedSentences, missingSize, prefixedSentence, shardSentence, skippedSentence, waivedLabel, waiverSentence } from '../words.ts';
import { droppable, kept, RANKS } from './block.ts';
import type { Block } from './block.ts';
import { bold, codeBlock, details, item, list, paragraph, tableNodes } from './nodes.ts';

/** Rows of the evidence that is not folded; the whole lists are folded away below. */
const OPEN_ROWS = 5;
const BELOW = 'the whole list is folded below';
/** So many ties are told among what was compared; more have a list of their own. */
const FEW_TIES = 3;
/** Further findings, loaders and rules that are told one by one. */
const MOST_FINDINGS = 20;

/** What a person who must act needs, in that order: how we know, what is gone, what to do; the rest folded away. */
export function checkpointBlocks(checkpoint: CheckpointReport): Block[] {
  const main = mainFinding(checkpoint);
  const isBroken = checkpoint.verdict === 'incomplete' || checkpoint.verdict === 'unreadable';
  return [
    ...(main === null ? [] : [kept(paragraph(main.message))]),
    ...(checkpoint.verdict !== 'complete' || main === null || main.cause === null ? [] : [kept(paragraph(main.cause))]),
    ...(isBroken ? evidence(checkpoint) : []),
    ...(main === null || main.fix === null ? [] : [kept(...fixNodes(main.fix))]),
    ...others(checkpoint),
    ...(checkpoint.ledger.length > 0 || checkpoint.shards.length > 1 ? [bytes(checkpoint)] : []),
    ...loaders(checkpoint),
    ...lists(checkpoint),
    ...background(checkpoint),
  ];
}

function evidence(checkpoint: CheckpointReport): Block[] {
  const shard = mainShard(checkpoint);
  const nodes: RootContent[] = [
    ...(isOnlyPrefixed(checkpoint) ? [paragraph(prefixedSentence(checkpoint))] : checkpoint.missing.length > 0 ? tableNodes(missingTable(checkpoint.missing, OPEN_ROWS), BELOW) : []),
    ...(checkpoint.mismatched.length > 0 ? tableNodes(mismatchTable(checkpoint.mismatched, OPEN_ROWS), BELOW) : []),
    ...(shard === null ? [] : [paragraph(shardSentence(shard))]),
  ];
  return nodes.length === 0 ? [] : [droppable(RANKS.evidence, 'the table of what is missing', ...nodes)];
}

function fixNodes(fix: NonNullable<Finding['fix']>): RootContent[] {
  return [paragraph(bold(['Fix:']), ' ', fix.steps), ...(fix.code === null ? [] : [codeBlock(fix.code.language, fix.code.text)])];
}

function others(checkpoint: CheckpointReport): Block[] {
  const rest = otherFindings(checkpoint);
  if (rest.length === 0) return [];
  const items = rest.slice(0, MOST_FINDINGS).map((finding) => {
    const label = finding.waived === null ? LABELS[finding.severity] : waivedLabel(finding.waived);
    const says = paragraph(bold([`${label}: `, ...finding.title, '.']), ' ', finding.message, ...(finding.waived === null ? fixSentence(finding) : [[' ', ...waiverSentence(finding.waived), '.']]));
    return finding.waived === null && finding.fix?.code ? item(says, codeBlock(finding.fix.code.language, finding.fix.code.text)) : item(says);
  });
  return [droppable(RANKS.others, 'further findings', list(items), ...furtherOnes(rest.length, 'finding'))];
}

/** What is not told of a list that is cut. */
function furtherOnes(all: number, noun: string): ReturnType<typeof paragraph>[] {
  return all > MOST_FINDINGS ? [paragraph(`… and ${counted(all - MOST_FINDINGS, `more ${noun}`)}; the JSON report has them all.`)] : [];
}

const LABELS = { error: 'Error', warning: 'Warning', note: 'Note' } as const;

function fixSentence(finding: Finding): Prose[] {
  return finding.fix === null ? [] : [[' ', ...finding.fix.steps]];
}

function bytes(checkpoint: CheckpointReport): Block {
  const sum = ledgerSum(checkpoint);
  const summary = sum === 0 ? 'Bytes by shard' : `Bytes by shard: ${size(Math.abs(sum))} ${sum < 0 ? 'less' : 'more'} than the base, all accounted for`;
  const nodes = [...(checkpoint.shards.length > 0 ? tableNodes(shardTable(checkpoint.shards)) : []), ...(checkpoint.ledger.length > 0 ? tableNodes(ledgerTable(checkpoint)) : [])];
  return droppable(RANKS.ledger, 'the byte ledger', details([summary], nodes));
}

function loaders(checkpoint: CheckpointReport): Block[] {
  if (checkpoint.loaders.length === 0) return [];
  const items = loaderGroups(checkpoint).map(({ loader, outcome }) => item(paragraph(bold([loader]), ': ', outcome)));
  return [droppable(RANKS.loaders, 'what each loader does', details(['What each loader does with it'], [list(items.slice(0, MOST_FINDINGS)), ...furtherOnes(items.length, 'loader')]))];
}

/** The whole lists of names, each folded. What the open table shows in full is not repeated. */
function lists(checkpoint: CheckpointReport): Block[] {
  const { missing, unexpected, mismatched, tied, renamed } = checkpoint;
  const fold = (count: number, summary: string, data: () => TableData): Block[] =>
    count === 0 ? [] : [droppable(RANKS.lists, 'lists of names', details([summary], tableNodes(data())))];
  return [
    ...fold(groups(missing).length > OPEN_ROWS ? missing.length : 0, `${counted(missing.length, 'missing parameter')}${missingSize(checkpoint)}`, () => missingTable(missing)),
    ...fold(mismatched.length > OPEN_ROWS ? mismatched.length : 0, `${counted(mismatched.length, 'parameter')} of another shape or type`, () => mismatchTable(mismatched)),
    ...fold(unexpected.length, `${counted(unexpected.length, 'parameter')} that the ${checkpoint.base === null ? 'model' : 'base'} does not have`, () => tensorTable('Unexpected', unexpected)),
    ...fold(renamed.length, `${counted(renamed.length, 'parameter')} under another name`, () => pairTable(['Name', 'Stored as'], renamed.map(({ name, from }) => [name, from]))),
    ...fold(tied.length > FEW_TIES ? tied.length : 0, `${counted(tied.length, 'tied parameter')}, not stored`, () => pairTable(['Parameter', 'Shares the storage of'], tied.map(({ name, source }) => [name, source]))),
  ];
}

function background(checkpoint: CheckpointReport): Block[] {
  const facts: Prose[] = [
    ...comparedSentences(checkpoint),
    ...(checkpoint.tied.length > FEW_TIES ? [] : checkpoint.tied.map(({ name, source }) => prose`Tied: ${name} shares the storage of ${source}`)),
    ...checkpoint.skipped.slice(0, MOST_FINDINGS).map(skippedSentence),
  ];
  if (facts.length === 0) return [];
  return [droppable(RANKS.background, 'what was compared', details(['What was compared'], [list(facts.map((fact) => item(paragraph(fact)))), ...furtherOnes(checkpoint.skipped.length, 'rule')]))];
}
