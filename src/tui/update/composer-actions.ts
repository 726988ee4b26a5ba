// What the keys of the composer do, and of what opens over it: one entry a binding, and nothing else.

import type { COMPOSER_KEYS } from '../keys/composer-keys.ts';
import type { Action } from './action.ts';
import * as composer from './composer.ts';
import { close } from './device-actions.ts';
import { startChord, writeOutside } from './edit-text.ts';
import * as panes from './panes.ts';
import { moveRecall, startRecall, takeRecall } from './recall.ts';
import { step } from './step.ts';
import { moveWaiting, openWaiting, sendSelected, takeBack, withdraw } from './waiting.ts';

export const COMPOSER_ACTIONS: Readonly<Record<(typeof COMPOSER_KEYS)[number]['id'], Action>> = {
  'composer.send': (model) => composer.send(model),
  'composer.newline': (model) => step(composer.startNewline(model)),
  'composer.older': (model) => step(composer.older(model)),
  'composer.newer': (model) => step(composer.newer(model)),
  'composer.complete': (model) => composer.completeText(model) ?? step(panes.cycleFocus(model, 1)),
  'composer.back': (model) => step(panes.cycleFocus(model, -1)),
  'composer.leave': (model) => step(panes.focusPane(model, model.pane)),
  'composer.page-up': (model) => panes.move(model, 'thread', { kind: 'page', direction: -1, fraction: 1 }),
  'composer.page-down': (model) => panes.move(model, 'thread', { kind: 'page', direction: 1, fraction: 1 }),
  'composer.recall': (model) => step(startRecall(model)),
  'composer.chord': (model) => step(startChord(model)),
  'composer.outside': (model) => writeOutside(model),

  'composer.waiting': (model) => openWaiting(model),

  'waiting.send': (model) => sendSelected(model),
  'waiting.take': (model) => takeBack(model),
  'waiting.withdraw': (model) => withdraw(model),
  'waiting.down': (model) => step(moveWaiting(model, 1)),
  'waiting.up': (model) => step(moveWaiting(model, -1)),
  'waiting.close': close,

  'recall.take': (model) => step(takeRecall(model)),
  'recall.older': (model) => step(moveRecall(model, 1)),
  'recall.newer': (model) => step(moveRecall(model, -1)),
  'recall.close': close,
};
