import { createHash } from 'node:crypto';

/** The page's own look, light and dark as the reader's system asks. */
export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d1d9e0, #3d444d); --ground: light-dark(#f6f8fa, #151b23); }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem; }
code, pre { font: 13px/1.45 ui-monospace, monospace; background: var(--ground); border-radius: 4px; }
code { padding: 0.15em 0.35em; overflow-wrap: anywhere; }
pre { padding: 1rem; overflow-x: auto; }
pre code { padding: 0; }
table { border-collapse: collapse; display: block; overflow-x: auto; margin: 1rem 0; }
th, td { border: 1px solid var(--line); padding: 0.35rem 0.7rem; text-align: left; }
[align=right] { text-align: right; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; margin: 0.6rem 0; }
.alert { border-left: 4px solid var(--tone); padding: 0.2rem 1rem; margin-bottom: 1rem; }
.note { --tone: light-dark(#0969da, #4493f8); }
.tip { --tone: light-dark(#1a7f37, #3fb950); }
.important { --tone: light-dark(#8250df, #ab7df8); }
.warning { --tone: light-dark(#9a6700, #d29922); }
.caution { --tone: light-dark(#cf222e, #f85149); }
`;

/** Nothing may be loaded, run or sent; only the style above, known by its hash, is applied. */
export const CONTENT_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;
