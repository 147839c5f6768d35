/** Colours of a terminal, bound to the stream they go to. */
import type { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

export type Paint = (style: Style, text: string) => string;
