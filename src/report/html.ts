import type { Element, ElementContent, Root as HastRoot } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { toHast } from 'mdast-util-to-hast';
import type { State } from 'mdast-util-to-hast';
import { documentOf } from './document/document.ts';
import { root } from './document/nodes.ts';
import type { Alert, Details } from './document/nodes.ts';
import { CONTENT_POLICY, STYLE } from './html-style.ts';
import type { Report } from './report.ts';

/**
 * The report as one page that needs nothing else: no script, no image, no request, which its content security policy
 * also forbids. It is the document of the Markdown comment; every untrusted text becomes a text node.
 */
export function html(report: Report): string {
  const document = root(documentOf(report).flatMap(([whole]) => [...(whole?.nodes ?? [])]));
  const body = toHast(document, { handlers: { alert: alertElement, details: detailsElement } });
  return `${toHtml(page(report.verdict, body.type === 'root' ? body.children.flatMap((node) => (node.type === 'doctype' ? [] : [node])) : []))}\n`;
}

function page(verdict: string, body: readonly ElementContent[]): HastRoot {
  const head = element('head', {}, [
    element('meta', { charSet: 'utf-8' }, []),
    element('meta', { httpEquiv: ['content-security-policy'], content: CONTENT_POLICY }, []),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }, []),
    element('meta', { name: 'referrer', content: 'no-referrer' }, []),
    element('title', {}, [{ type: 'text', value: `headcheck: ${verdict}` }]),
    element('style', {}, [{ type: 'text', value: STYLE }]),
  ]);
  const main = element('main', {}, [...body]);
  return { type: 'root', children: [{ type: 'doctype' }, element('html', { lang: 'en' }, [head, element('body', {}, [main])])] };
}

function alertElement(state: State, node: Alert): Element {
  return element('div', { className: ['alert', node.kind] }, state.wrap(state.all(node), true));
}

function detailsElement(state: State, node: Details): Element {
  const summary = element('summary', {}, state.all({ type: 'paragraph', children: node.summary }));
  return element('details', { open: node.open }, [summary, ...state.wrap(state.all(node), true)]);
}

function element(tagName: string, properties: Element['properties'], children: ElementContent[]): Element {
  return { type: 'element', tagName, properties, children };
}
