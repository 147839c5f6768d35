/**
 * Which view is open, kept in the URL's hash: `#/suites?q=helo&verdict=failed`, `#/scenario/greeting/slow-banner`.
 * A link to what one sees is a bug report, and the back button works, scroll position included.
 */
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

export type View = 'overview' | 'suites' | 'matrix' | 'clauses' | 'history' | 'scenario';

export interface Route {
  readonly view: View;
  /** What is shown of it: the scenario's name, the clause's id. */
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
}

function parseHash(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view, ...rest] = path.split('/');
  const query = Object.fromEntries(new URLSearchParams(search));
  if (view === 'suites' || view === 'matrix' || view === 'history') return { view, name: '', query };
  if (view === 'scenario' || view === 'clauses') return { view, name: rest.map(decoded).join('/'), query };
  return { view: 'overview', name: '', query };
}

export function routeHash({ view, name, query }: Route): string {
  const path = view === 'overview' ? '' : [view, ...name.split('/').map(encodeURIComponent)].join('/');
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return `#/${path.replace(/\/$/, '')}${search === '' ? '' : `?${search}`}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const replaced = 'nexthop:replaced';
/** How far down each place was left. */
const places = new Map<string, number>();

/** Changes the query of the open view in place: typing in a filter is not a step to go back through. */
export function replaceQuery(route: Route, query: Readonly<Record<string, string>>): void {
  history.replaceState(null, '', routeHash({ ...route, query: { ...route.query, ...query } }));
  dispatchEvent(new Event(replaced));
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    history.scrollRestoration = 'manual';
    let followed = false;
    const onClick = (event: MouseEvent) => {
      followed = event.target instanceof Element && event.target.closest('a[href^="#/"]') !== null;
    };
    const onScroll = () => {
      places.set(location.hash, scrollY);
    };
    const onChange = () => {
      if (followed) places.delete(location.hash);
      followed = false;
      setHash(location.hash);
    };
    addEventListener('click', onClick, true);
    addEventListener('scrollend', onScroll);
    addEventListener('hashchange', onChange);
    addEventListener(replaced, onChange);
    return () => {
      removeEventListener('click', onClick, true);
      removeEventListener('scrollend', onScroll);
      removeEventListener('hashchange', onChange);
      removeEventListener(replaced, onChange);
    };
  }, []);
  const route = parseHash(hash);
  // The page of another view starts at its heading, for eyes and for screen readers, or where it was left.
  useLayoutEffect(() => {
    scrollTo(0, places.get(location.hash) ?? 0);
    document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  }, [route.view, route.name]);
  return route;
}
