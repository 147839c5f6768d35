/** The frame: navigation and the open view. */
import { useEffect, useState } from 'preact/hooks';
import { Clause } from './clause.tsx';
import { Clauses } from './clauses.tsx';
import type { Report } from './data.ts';
import { History } from './history.tsx';
import { Keys } from './keys.tsx';
import { Matrix } from './matrix.tsx';
import { Overview } from './overview.tsx';
import { type Route, useRoute } from './route.ts';
import { RunBar } from './run-bar.tsx';
import { Scenario } from './scenario.tsx';
import { ServedContext, useServed } from './served.ts';
import { Suites } from './suites.tsx';
import './app.css';

const tabs = [
  { view: 'overview', label: 'Overview', hash: '#/' },
  { view: 'suites', label: 'Suites', hash: '#/suites' },
  { view: 'matrix', label: 'Matrix', hash: '#/matrix' },
  { view: 'clauses', label: 'Clauses', hash: '#/clauses' },
  { view: 'history', label: 'History', hash: '#/history' },
] as const;

export function App({ report: first }: { readonly report: Report }) {
  const [report, setReport] = useState(first);
  const served = useServed(setReport);
  const route = useRoute();
  useEffect(() => {
    document.title = `${route.name === '' ? titleOf(route) : route.name} · Nexthop report`;
  });
  const open = route.view === 'scenario' ? 'suites' : route.view;
  return (
    <ServedContext.Provider value={served}>
      <header class="top">
        <div class="top-inner">
          <a class="wordmark" href="#/">
            Nexthop
          </a>
          <nav aria-label="Views">
            {tabs
              .filter(({ view }) => view !== 'history' || report.summary.history !== undefined)
              .map(({ view, label, hash }) => (
                <a key={view} href={hash} aria-current={view === open ? 'page' : undefined}>
                  {label}
                </a>
              ))}
          </nav>
          <Keys />
        </div>
      </header>
      <RunBar report={report} route={route} />
      <main>
        <OpenView report={report} route={route} />
      </main>
    </ServedContext.Provider>
  );
}

function titleOf({ view }: Route): string {
  return tabs.find((tab) => tab.view === view)?.label ?? 'Scenario';
}

function OpenView({ report, route }: { readonly report: Report; readonly route: Route }) {
  switch (route.view) {
    case 'suites':
      return <Suites report={report} route={route} />;
    case 'matrix':
      return <Matrix report={report} route={route} />;
    case 'clauses':
      return route.name === '' ? (
        <Clauses report={report} route={route} />
      ) : (
        <Clause report={report} id={route.name} />
      );
    case 'history':
      return <History report={report} />;
    case 'scenario':
      return <Scenario report={report} route={route} />;
    case 'overview':
      return <Overview report={report} />;
  }
}
