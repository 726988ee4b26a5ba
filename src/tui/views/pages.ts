// Which overlays are pages: they cover all panes, and nothing below them needs to be drawn.

import type { Model } from '../model/model.ts';
import type { Overlay } from '../model/overlay-model.ts';

export const isPage = ({ kind }: Overlay): boolean => PAGES.has(kind);

const PAGES: ReadonlySet<Overlay['kind']> = new Set([
  'run',
  'text',
  'help',
  'search',
  'attach',
  'device',
  'runs',
  'pair',
  'policy',
  'preview',
  'artifacts',
]);

export const hidesPanes = (model: Model): boolean => model.overlays.some(isPage);
