// Draws Markdown as GitHub shows it in a comment: HTML, and pictures by headless Chromium, light and dark.
// usage: node scripts/render.mjs OUT_DIR FILE.md…        CHROMIUM names the browser; without one only HTML is written
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

const [outDir, ...files] = process.argv.slice(2);
if (outDir === undefined || files.length === 0) {
  console.error('usage: node scripts/render.mjs OUT_DIR FILE.md…');
  process.exit(2);
}
const css = (theme) => readFileSync(createRequire(import.meta.url).resolve(`github-markdown-css/github-markdown-${theme}.css`), 'utf8');
const chromium = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

mkdirSync(outDir, { recursive: true });
for (const file of files) {
  const body = html(readFileSync(file, 'utf8'));
  for (const theme of ['light', 'dark']) {
    const path = resolve(outDir, `${basename(file, '.md')}.${theme}`);
    writeFileSync(`${path}.html`, page(body, theme));
    if (chromium !== undefined) picture(`${path}.html`, `${path}.png`);
    console.log(path);
  }
}

/** What GitHub does beyond GFM: alerts, and mentions, which are drawn loudly here because none may ever be seen. */
function html(markdown) {
  const drawn = micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });
  const alerts = drawn.replace(
    /<blockquote>\s*<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\n([^]*?)<\/blockquote>/g,
    (_, kind, rest) => `<div class="markdown-alert markdown-alert-${kind.toLowerCase()}"><p class="markdown-alert-title">${icon(kind)}${kind[0]}${kind.slice(1).toLowerCase()}</p>\n<p>${rest}</div>`,
  );
  return alerts.replace(/(<code[^]*?<\/code>|<[^>]*>)|(?<![\w`])([@#]\w+)/g, (all, markup, mention) => markup ?? `<mark>${mention}</mark>`);
}

function icon(kind) {
  const paths = { NOTE: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm-.8 3h1.6v1.6H7.2Zm0 3h1.6v5H7.2Z', CAUTION: 'M5 1h6l4 4v6l-4 4H5l-4-4V5Zm2.2 3v5h1.6V4Zm0 6.4V12h1.6v-1.6Z' };
  const warning = 'M8 1 15.5 14.5H.5Zm-.8 5v4h1.6V6Zm0 5.2v1.6h1.6v-1.6Z';
  return `<svg class="octicon" viewBox="0 0 16 16" width="16" height="16" style="margin-right:8px;fill:currentColor;fill-rule:evenodd"><path d="${paths[kind] ?? warning}"/></svg>`;
}

function page(body, theme) {
  const [ground, frame, bar] = theme === 'dark' ? ['#0d1117', '#3d444d', '#151b23'] : ['#ffffff', '#d1d9e0', '#f6f8fa'];
  return `<!doctype html><meta charset="utf-8"><title>comment</title><style>${css(theme)}
body{margin:0;background:${ground};padding:24px}.box{border:1px solid ${frame};border-radius:6px;max-width:860px}
.bar{background:${bar};border-bottom:1px solid ${frame};border-radius:6px 6px 0 0;padding:8px 16px;font:600 14px -apple-system,"Segoe UI","Noto Sans",Helvetica,Arial,sans-serif;color:${theme === 'dark' ? '#f0f6fc' : '#1f2328'}}
.bar span{font-weight:400;opacity:.7}.markdown-body{padding:16px;font-size:14px}mark{background:#f0f;color:#fff}</style>
<div class="box"><div class="bar">github-actions <span>bot commented</span></div><article class="markdown-body">${body}</article></div>
<script>document.title=document.documentElement.scrollHeight</script>`;
}

function picture(from, to) {
  const profile = mkdtempSync(join(tmpdir(), 'render-'));
  const run = (...flags) =>
    execFileSync(
      chromium,
      ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--hide-scrollbars', `--user-data-dir=${profile}`, ...flags, pathToFileURL(from).href],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 27 },
    );
  try {
    const height = Number(/<title>(\d+)<\/title>/.exec(run('--window-size=910,600', '--dump-dom'))?.[1] ?? 2000);
    run(`--window-size=910,${Math.min(height, 16_000)}`, '--force-device-scale-factor=1', `--screenshot=${to}`);
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}
