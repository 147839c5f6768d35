/**
 * The report as a page that is served: the same page as in the file, which may also talk to its own server. What the
 * file says of its content security policy in an element is said in a header here, and scripts are those of the page
 * alone.
 */
import { hash } from 'node:crypto';
import type { Results } from '../../scenarios/results.ts';
import { PageError, renderPage } from '../html.ts';
import { servedElementName } from './protocol.ts';

export interface ServedPage {
  /** `version` names the results, for pages that show others. */
  readonly render: (results: Results, version: string) => string;
  readonly policy: string;
}

const policyElement = /<meta\s+http-equiv="Content-Security-Policy"\s+content="([^"]*)"\s*\/?>/;
const moduleScript = /<script type="module"[^>]*>([\s\S]*?)<\/script>/g;

/**
 * @param template the built page, without results
 * @param token what the page has to show when it wants anything done
 * @throws PageError when it is another page
 */
export function servedPage(template: string, token: string): ServedPage {
  const policy = policyElement.exec(template)?.[1];
  const scripts = [...template.matchAll(moduleScript)].map(([, text = '']) => text);
  if (policy === undefined || !policy.includes("script-src 'unsafe-inline'") || scripts.length === 0)
    throw new PageError('the report page has no policy of its own; run: npm run build:page');
  const hashes = scripts.map((text) => `'sha256-${hash('sha256', text, 'base64')}'`).join(' ');
  return {
    render(results, version) {
      const element = `<meta name="${servedElementName}" content="${token}" data-version="${version}" />`;
      return renderPage(
        results,
        template.replace(policyElement, () => element),
      );
    },
    policy: `${policy.replace("script-src 'unsafe-inline'", `script-src ${hashes}`)}; connect-src 'self'; frame-ancestors 'none'`,
  };
}
