// The action's edge: the only place where it meets the process.
import { runAction } from './action/run.ts';
import { check } from './check.ts';
import { RULES } from './diagnosis/catalogue.ts';

// Set, not called with: what is still to be written to the log is written first.
const now = Date.now();
process.exitCode = await runAction(process.env, { check, rules: RULES, now, today: new Date(now).toISOString().slice(0, 10) });
