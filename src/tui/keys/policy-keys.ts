// The keys of the pages about what is allowed: the limits of this device, and its rules. Part of the keymap.

import { bind, foot } from './binding.ts';
import { canRemoveRule, connected } from './enabled.ts';

export const POLICY_KEYS = [
  bind('panes', 'policy.open', 'p', 'show the rules of this device: its policy', {
    ...foot('rules', 13),
    palette: true,
    enabled: connected,
  }),
  bind('panes', 'audit.verify', 'V', 'audit verify: whether the log is what was written', {
    palette: true,
    enabled: connected,
  }),

  bind('limits', 'limits.change', 'space', 'switch or change what is selected', {
    ...foot('change', 1),
    enabled: connected,
  }),
  bind('limits', 'limits.next', 'tab', 'select the next of what can be changed', foot('next', 2)),
  bind('limits', 'limits.previous', 'S-tab', 'select the one before'),
  bind('limits', 'limits.add', '+', 'add a folder that runs may reach', {
    ...foot('add a folder', 3),
    enabled: connected,
  }),
  bind('limits', 'limits.policy', 'p', 'show the rules of this device', { ...foot('rules', 4), enabled: connected }),
  bind('access', 'access.choose', 'enter', 'allow as much as the selected level, after a question', {
    ...foot('choose', 1),
    enabled: connected,
  }),
  bind('access', 'access.down', 'j down', 'next level'),
  bind('access', 'access.up', 'k up', 'level before'),
  bind('access', 'access.close', 'escape q', 'go back', foot('back', 2)),
  bind('folder', 'folder.send', 'enter', 'let runs reach this folder', foot('add', 1)),
  bind('folder', 'folder.close', 'escape', 'go back', foot('back', 2)),

  bind('policy', 'policy.down', 'j down', 'next rule'),
  bind('policy', 'policy.up', 'k up', 'rule before'),
  bind('policy', 'policy.page-down', 'pagedown C-d space', 'ten rules down'),
  bind('policy', 'policy.page-up', 'pageup C-u', 'ten rules up'),
  bind('policy', 'policy.first', 'g home', 'first rule'),
  bind('policy', 'policy.last', 'G end', 'last rule'),
  bind('policy', 'policy.check', 'c', 'check a command against the rules', {
    ...foot('check a command', 2),
    enabled: connected,
  }),
  bind('policy', 'policy.remove', 'x', 'remove the rule', { ...foot('remove', 3), enabled: canRemoveRule }),
  bind('policy', 'policy.close', 'escape q', 'go back', foot('back', 1)),
  bind('check', 'check.send', 'enter', 'ask what this device would do', foot('check', 1)),
  bind('check', 'check.close', 'escape', 'go back', foot('back', 2)),
] as const;
