// The keys of the composer, and of what opens over it. Part of the keymap.

import { bind, foot } from './binding.ts';
import { hasHistory, hasText, hasWaiting } from './enabled.ts';

export const COMPOSER_KEYS = [
  bind('composer', 'composer.send', 'enter', 'send the task', { ...foot('send', 1), enabled: hasText }),
  bind('composer', 'composer.newline', 'M-enter C-j S-enter', 'start a new line', foot('new line', 4)),
  bind('composer', 'composer.older', 'up', 'go up a line, or to the task sent before', foot('history', 5)),
  bind('composer', 'composer.newer', 'down', 'go down a line, or to the task sent after'),
  bind(
    'composer',
    'composer.complete',
    'tab',
    'complete a /command, an @device, a #route, a +artifact or a path; else go to the next pane',
    foot('complete, panes', 3),
  ),
  bind('composer', 'composer.back', 'S-tab', 'go to the pane before'),
  bind('composer', 'composer.leave', 'escape', 'leave the text for the panes', foot('panes', 2)),
  bind('composer', 'composer.page-up', 'pageup', 'scroll the thread up'),
  bind('composer', 'composer.page-down', 'pagedown', 'scroll the thread down'),
  bind('composer', 'composer.recall', 'C-r', 'look for a task that was typed before', {
    palette: true,
    enabled: hasHistory,
  }),
  bind('composer', 'composer.chord', 'C-x', 'then C-e: write the task in $EDITOR'),
  bind('outside', 'composer.outside', 'C-e', 'write the task in $EDITOR', { ...foot('in $EDITOR', 0), palette: true }),
  bind('always', 'composer.waiting', 'M-w', 'look at what waits to be sent', {
    ...foot('waiting', 4),
    palette: true,
    enabled: hasWaiting,
  }),

  bind('waiting', 'waiting.send', 'enter', 'send it, as soon as the peer is there', foot('send', 1)),
  bind('waiting', 'waiting.take', 'e', 'take it back into the composer', foot('take back', 3)),
  bind('waiting', 'waiting.withdraw', 'x', 'do not send it', foot('withdraw', 4)),
  bind('waiting', 'waiting.down', 'j down', 'next task'),
  bind('waiting', 'waiting.up', 'k up', 'task before'),
  bind('waiting', 'waiting.close', 'escape q', 'go back', foot('back', 2)),

  bind('recall', 'recall.take', 'enter tab', 'put it into the composer; it is not sent yet', foot('take', 1)),
  bind('recall', 'recall.older', 'C-r down C-n', 'an older one', foot('older', 3)),
  bind('recall', 'recall.newer', 'C-s up C-p', 'a newer one'),
  bind('recall', 'recall.close', 'escape C-g', 'go back to what was typed', foot('back', 2)),
] as const;
