/** A plot as wide as there is room. What it shows stands in its label, and in tables of the view that has it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { loadPlots } from './load-plots.ts';
import type { Plots } from './plots.ts';
import './plot.css';

export function Plot({ label, height, draw }: PlotProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [plots, setPlots] = useState<Plots>();
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const show = (loaded: Plots | undefined) => setPlots(loaded);
    loadPlots().then(show, () => show(undefined));
  }, []);
  useEffect(() => {
    const { current } = frame;
    if (current === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.floor(current.clientWidth)));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (plots === undefined || width === 0) return;
    const drawn = draw(plots, width);
    // One image with one label: the names that the library gives its parts say nothing.
    for (const part of drawn.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
    drawn.setAttribute('role', 'img');
    drawn.setAttribute('aria-label', label);
    frame.current?.replaceChildren(drawn);
  }, [plots, width, label, draw]);
  return <div class="plot" ref={frame} style={{ minHeight: `${height}px` }} />;
}

interface PlotProps {
  /** What is to be seen, in a sentence, for those who do not. */
  readonly label: string;
  /** In pixels: nothing moves when the plot comes. */
  readonly height: number;
  readonly draw: (plots: Plots, width: number) => Element;
}
