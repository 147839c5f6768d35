/** Runs the plots that the page carries, once somebody looks at them. */
import { plotsElementId } from '../model.ts';
import { readElement } from './element.ts';
import type { Plots } from './plots.ts';

declare global {
  var nexthopPlots: Plots | undefined;
}

let loaded: Promise<Plots | undefined> | undefined;

export function loadPlots(): Promise<Plots | undefined> {
  loaded ??= run();
  return loaded;
}

async function run(): Promise<Plots | undefined> {
  const source = await readElement(document, plotsElementId);
  if (typeof source !== 'string') return undefined;
  const script = document.createElement('script');
  script.textContent = source;
  document.head.append(script);
  return globalThis.nexthopPlots;
}
