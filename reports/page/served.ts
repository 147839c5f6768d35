/**
 * The page and its server, where it has one: what is at work there, and how to have scenarios run. A report in a file
 * has none, and asks nobody for anything.
 */
import { createContext } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Result } from '../../scenarios/results.ts';
import { type Selection, type Status, servedElementName, tokenHeader } from '../serve/protocol.ts';
import { loadReport, type Report } from './data.ts';

export interface Served {
  /** Undefined while the server cannot be reached. */
  readonly status: Status | undefined;
  /** A scenario of the live world that runs, as far as it has come. */
  readonly growing: Result | undefined;
  /** The scenario that was asked for alone: one wants to see it run. */
  readonly watched: string | undefined;
  /** Why something was not done; one line. */
  readonly refusal: string | undefined;
  readonly run: (selection: Selection) => void;
  readonly cancel: () => void;
}

/** Undefined in a file. */
export const ServedContext = createContext<Served | undefined>(undefined);

/** What a served page says of itself. */
function markOf(document: Document): { token: string; version: string } | undefined {
  const element = document.querySelector<HTMLMetaElement>(`meta[name="${servedElementName}"]`);
  return element === null ? undefined : { token: element.content, version: element.dataset.version ?? '' };
}

/** @param show takes the results that have come since */
export function useServed(show: (report: Report) => void): Served | undefined {
  const mark = useRef(markOf(document));
  const [status, setStatus] = useState<Status>();
  const [growing, setGrowing] = useState<Result>();
  const [watched, setWatched] = useState<string>();
  const [refusal, setRefusal] = useState<string>();

  const refresh = useCallback(async () => {
    const answer = await fetch('/');
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const report = await loadReport(page);
    mark.current = markOf(page) ?? mark.current;
    if (report !== undefined) show(report);
  }, [show]);

  useEffect(() => {
    if (mark.current === undefined) return undefined;
    const events = new EventSource('/api/events');
    let refreshing = Promise.resolve();
    events.addEventListener('status', ({ data }) => {
      const told: Status = JSON.parse(data);
      setStatus(told);
      if (told.progress === undefined) setGrowing(undefined);
      // One after another: each looks again whether there is anything new.
      refreshing = refreshing
        .then(() => (told.version === mark.current?.version ? undefined : refresh()))
        .catch(() => {});
    });
    events.addEventListener('growing', ({ data }) => setGrowing(JSON.parse(data)));
    events.addEventListener('error', () => setStatus(undefined));
    return () => events.close();
  }, [refresh]);

  const ask = async (path: string, body: object) => {
    try {
      const answer = await fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [tokenHeader]: mark.current?.token ?? '' },
        body: JSON.stringify(body),
      });
      const { error } = await answer.json();
      setRefusal(error);
    } catch {
      setRefusal('the server does not answer');
    }
  };
  if (mark.current === undefined) return undefined;
  return {
    status,
    growing,
    watched,
    refusal,
    run: (selection) => {
      setWatched(selection?.length === 1 ? selection[0] : undefined);
      void ask('/api/run', selection === undefined ? {} : { scenarios: selection });
    },
    cancel: () => void ask('/api/cancel', {}),
  };
}
