import { Command, CommanderError, Option } from 'commander';
import { VERSION } from '../version.ts';
import type { CheckCommandOptions } from './check-command.ts';
import { complain } from './complain.ts';
import type { Host, Parts } from './host.ts';
import { CHECK_HELP, HELP } from './help.ts';
import type { ReviewCommandOptions } from './review-command.ts';

/**
 * The command line.
 * @param argv the arguments alone
 * @returns the exit code: 0 nothing at or above `--fail-on`, 1 something, 2 the call could not do its work
 */
export async function run(argv: readonly string[], host: Host, parts: Parts): Promise<number> {
  let code = 0;
  const program = programOf(host, parts, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    // Commander has told the user already; asking for help is no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    complain(error, host);
    return 2;
  }
}

type Add = (program: Command, host: Host, parts: Parts, done: (code: number) => void) => void;

function programOf(host: Host, parts: Parts, done: (code: number) => void): Command {
  const program = new Command('headcheck')
    .description('Reads the heads of model checkpoints, never the weights, and says whether a checkpoint is complete.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      getOutHelpWidth: () => host.stdout.columns ?? 100,
      getErrHelpWidth: () => host.stderr.columns ?? 100,
    })
    .showHelpAfterError('Run headcheck --help to see what there is.')
    .addHelpText('after', HELP);
  for (const add of [addCheck, addSnapshot, addExplain, addReview]) add(program, host, parts, done);
  return program;
}

const addCheck: Add = (program, host, parts, done) => {
  checkOptions(program.command('check').description('check checkpoints, each against its base'))
    .addOption(new Option('-f, --format <format>', 'how to print the report (default: terminal)').choices(['terminal', 'json', 'markdown', 'sarif', 'html']))
    .option('--only-regressions', 'fail only on what the baseline does not have already; takes --baseline, which implies it')
    .addHelpText('after', CHECK_HELP)
    .action(async (references: string[], options: CheckCommandOptions) => {
      const { checkCommand } = await import('./check-command.ts');
      done(await checkCommand(references, options, host, parts));
    });
};

const addSnapshot: Add = (program, host, parts, done) => {
  program
    .command('snapshot')
    .description('write what the heads say to a small file, to commit as a base that needs no network')
    .argument('<reference>', 'the checkpoint')
    .option('-o, --output <file>', 'where to write it, e.g. base.headcheck.json (default: print it)')
    .action(async (reference: string, options: { output?: string }) => {
      const { snapshotCommand } = await import('./snapshot-command.ts');
      done(await snapshotCommand(reference, options, host, parts));
    });
};

const addExplain: Add = (program, host, parts, done) => {
  program
    .command('explain')
    .description('explain a rule, or list all of them')
    .argument('[rule]', 'its id, e.g. head-missing')
    .action(async (rule: string | undefined) => {
      const { explainCommand } = await import('./explain-command.ts');
      done(await explainCommand(rule, host, parts));
    });
};

const addReview: Add = (program, host, parts, done) => {
  checkOptions(program.command('review').description('check, and post the result to a pull request, from any CI'))
    .requiredOption('--pull-request <number>', 'the pull request to post to')
    .option('--repo <owner/name>', 'its repository (default: GITHUB_REPOSITORY)')
    .option('--token <token>', 'a token that may write pull requests (better: GITHUB_TOKEN, which no process list shows)')
    .option('--report <file>', 'post this JSON report instead of checking (with --head, where it does not say which commit it was made for)')
    .option('--key <key>', 'tells several comments on one pull request apart', 'default')
    .addOption(new Option('--comment <when>', 'when to comment').choices(['always', 'findings', 'change', 'never']).default('findings'))
    .addOption(new Option('--review <how>', 'how to review on the lines').choices(['comment', 'request-changes', 'off']).default('comment'))
    .option('--check-run <name>', 'also make a check run of that name (takes the token of a GitHub app)')
    .option('--only-regressions', 'fail only on what the base branch does not have already')
    .option('--head <sha>', 'the commit that is checked (default: the head of the pull request when this starts)')
    .option('--api-url <url>', 'address of the API (default: GITHUB_API_URL)')
    .option('--server-url <url>', 'address of the server (default: GITHUB_SERVER_URL)')
    .action(async (references: string[], options: ReviewCommandOptions) => {
      const { reviewCommand } = await import('./review-command.ts');
      done(await reviewCommand(references, options, host, parts));
    });
};

function checkOptions(command: Command): Command {
  return command
    .argument('[reference...]', 'a directory, a file, a snapshot, hf://org/name@revision, or the address of a page on the Hub')
    .option('-b, --base <reference>', 'what to compare with (default: the config file, the model card or the config names it)')
    .option('--class <name>', 'the class that it is released as, such as BertForSequenceClassification (default: the config file, config.json or the base says it)')
    .option('-c, --config <file>', 'the config file (default: .github/headcheck.yml where there is one)')
    .addOption(new Option('--fail-on <severity>', 'from which findings on to fail (default: error)').choices(['error', 'warning', 'never']))
    .option('--baseline <reference>', 'fail only on what this one does not have already, such as a committed snapshot')
    .option(
      '-o, --output <file>',
      'write the report to a file; its ending says the format: .json .md .sarif .html .txt (may be repeated)',
      (file: string, files: readonly string[] = []) => [...files, file],
    );
}
