/** Where the config file is looked for, relative to the repository's root. Apart, so that looking loads no YAML parser. */
export const CONFIG_PATH = '.github/headcheck.yml';
