// Which overlays are pages: they cover all panes, and nothing below them needs to be drawn.

import type { Model, Overlay } from '../model.ts';

export const isPage = ({ kind }: Overlay): boolean =>
  kind === 'run' || kind === 'text' || kind === 'help' || kind === 'search' || kind === 'attach';

export const hidesPanes = (model: Model): boolean => model.overlays.some(isPage);
