#!/usr/bin/env node
// The command line's edge: the only place where it meets the process. Nothing is imported that the call does not use.
import { run } from './cli/program.ts';

// `headcheck … | head` closes the pipe early; that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  throw error;
});

// Set, not called with: what is still to be written to a pipe is written first.
process.exitCode = await run(
  process.argv.slice(2),
  { env: process.env, directory: process.cwd(), stdout: process.stdout, stderr: process.stderr, now: Date.now() },
  {
    check: async () => (await import('./check.ts')).check,
    snapshot: async () => (await import('./cli/take-snapshot.ts')).takeSnapshot,
    rules: async () => (await import('./diagnosis/catalogue.ts')).RULES,
    pull: async () => (await import('./publish/review-command.ts')).readPull,
    gate: async () => await import('./gate.ts'),
    find: async () => (await import('./publish/review-command.ts')).findForReview,
    review: async () => (await import('./publish/review-command.ts')).reviewPullRequest,
  },
);
