/** How the text of a file is read. */
export type Language = 'tree' | 'toml' | 'markdown' | 'python';

/** Which files are looked into, by the end of their names. `tree` is YAML, of which JSON is a part. */
const LANGUAGES: Readonly<Record<string, Language>> = {
  '.yaml': 'tree', '.yml': 'tree', '.json': 'tree',
  '.toml': 'toml',
  '.md': 'markdown', '.markdown': 'markdown', '.mdx': 'markdown',
  '.py': 'python',
};

/** Folders of which nothing is looked at, neither texts nor weights: what lies there is made by tools, by others, or broken on purpose. */
const SKIPPED_FOLDERS = new Set([
  'node_modules', 'vendor', 'third_party', 'site-packages', '.venv', 'venv', '.git', '__pycache__',
  'test', 'tests', '__tests__', 'testdata', 'test_data', 'fixtures', '__fixtures__', '__snapshots__',
]);

/** Texts that hold names of models which no one means to load from there, by file name. */
const SKIPPED_NAMES: readonly RegExp[] = [
  // Lock files and package manifests.
  /^(?:package|composer|tsconfig|jsconfig|renovate|vercel)(?:-lock|\.lock)?\.json$/, /(?:^|[-_.])lock\.(?:ya?ml|json|toml)$/, /^pnpm-.*\.ya?ml$/,
  // Parts of a checkpoint: its own files are read by the check. `_name_or_path` says where it came from.
  /^(?:config|generation_config|model_index|preprocessor_config|processor_config|quantize_config|modules|vocab)\.json$/,
  /^(?:tokenizer|special_tokens|added_tokens|chat_template).*\.json$/, /\.index\.json$/, /^(?:trainer_state|all_results|train_results|eval_results)\.json$/,
  // Headcheck's own records, and the config file, whose entries are read as what they are.
  /\.headcheck\.json$/, /^headcheck\.ya?ml$/,
  // Histories and formalities.
  /^(?:changelog|changes|history|releases?|release[-_]notes|news|license|licence|notice|citation|security|code_of_conduct|contributing|authors)(?:\.|$)/i,
  /^test_.*\.py$/, /_test\.py$/, /^conftest\.py$/,
];

/** What people are shown to fill in: of issues, pull requests and discussions, as GitHub and GitLab look for them. */
const FORMS = /(?:^|\/)(?:issue|pull_request|discussion|merge_request)_templates?(?:\/|\.[a-z]+$)/i;

/** How a file is read, or null where it is not looked into. */
export function languageOf(path: string): Language | null {
  const name = baseName(path);
  if (isSkippedFolder(path) || FORMS.test(path) || SKIPPED_NAMES.some((pattern) => pattern.test(name))) return null;
  return LANGUAGES[/\.[A-Za-z]+$/.exec(name)?.[0].toLowerCase() ?? ''] ?? null;
}

/** Whether a folder on the path is one of those that are passed over. */
export function isSkippedFolder(path: string): boolean {
  return path.split('/').slice(0, -1).some((folder) => SKIPPED_FOLDERS.has(folder.toLowerCase()));
}

/**
 * Whether a path belongs to the automation of the repository or to somebody's editor (`.github/`, `.vscode/`,
 * `.aider.conf.yml`), where `model:` is an input of some action, or the assistant's.
 */
export function isAutomation(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.'));
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder that a file is in; `.` for the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}
