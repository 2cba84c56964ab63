import { EXIT_CODES } from '../report/exit-code.ts';

/** What stands under the list of commands. */
export const HELP = `
Examples:
  headcheck check ./out/checkpoint --base hf://meta-llama/Llama-3.1-8B
  headcheck check hf://org/model@main --output report.json
  headcheck snapshot hf://meta-llama/Llama-3.1-8B -o llama.headcheck.json
  headcheck explain head-missing

Environment: HF_TOKEN, HF_ENDPOINT, HTTPS_PROXY, NO_PROXY, NO_COLOR, FORCE_COLOR, DEBUG.
Exit code:
${Object.entries(EXIT_CODES).map(([code, meaning]) => `  ${code} ${meaning}`).join('\n')}`;

/** What stands under the options of `check`. */
export const CHECK_HELP = `
Examples:
  headcheck check ./out/checkpoint
  headcheck check ./out/checkpoint --base ./base.headcheck.json
  headcheck check ./out/classifier --class BertForSequenceClassification
  headcheck check ./a ./b hf://org/c --fail-on warning
  headcheck check ./out/checkpoint --format markdown
  headcheck check ./out/checkpoint --output report.json --output report.html

Without a reference, all that the config file lists are checked.`;
