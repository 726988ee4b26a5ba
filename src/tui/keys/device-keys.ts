// The keys of the dialogs about devices: their pages, lists of runs, pairing. Part of the keymap.

import { bind, foot } from './binding.ts';
import {
  asksGrants,
  canCancelListed,
  canEnter,
  canPair,
  canRename,
  canRevoke,
  canToggle,
  connected,
  hasFailed,
  hasRun,
  hasTicket,
  isGroup,
} from './enabled.ts';

export const DEVICE_KEYS = [
  bind('fleet', 'fleet.rename', 'r', 'change what the device is called', { ...foot('rename', 4), enabled: canRename }),
  bind('fleet', 'fleet.revoke', 'x', 'revoke the device: it is out at once, until it is paired again', {
    ...foot('revoke', 5),
    enabled: canRevoke,
  }),
  bind('panes', 'devices.probe', 'L', 'have the devices look again what they can do', {
    palette: true,
    enabled: connected,
  }),
  bind('device', 'device.probe', 'L', 'have it look again what it can do', {
    ...foot('look again', 5),
    enabled: connected,
  }),
  bind('device', 'device.rename', 'r', 'change what it is called', { ...foot('rename', 3), enabled: canRename }),
  bind('device', 'device.revoke', 'x', 'revoke it: it is out at once, until it is paired again', {
    ...foot('revoke', 4),
    enabled: canRevoke,
  }),
  bind('device', 'device.runs', 'enter', 'list what runs and ran on it', foot('its runs', 2)),
  bind('device', 'device.pair', 'P', 'pair with it again, to change what is allowed', { enabled: connected }),
  bind('device', 'device.copy', 'c', 'copy its id'),
  bind('device', 'device.close', 'escape q', 'go back', foot('back', 1)),

  bind('runs', 'runs.open', 'enter', 'open the selected run', { ...foot('open', 1), enabled: hasRun }),
  bind('runs', 'runs.down', 'j down', 'go down'),
  bind('runs', 'runs.up', 'k up', 'go up'),
  bind('runs', 'runs.right', 'l right', 'next run'),
  bind('runs', 'runs.left', 'h left', 'run before'),
  bind('runs', 'runs.page-down', 'pagedown C-d', 'five rows down'),
  bind('runs', 'runs.page-up', 'pageup C-u', 'five rows up'),
  bind('runs', 'runs.first', 'g home', 'first run'),
  bind('runs', 'runs.last', 'G end', 'last run'),
  bind('runs', 'runs.failed', 'f', 'show only those of a group that failed, or all', {
    ...foot('failed', 4),
    enabled: isGroup,
  }),
  bind('runs', 'runs.retry-failed', 'R', 'run those of a group that failed again', {
    ...foot('retry failed', 7),
    enabled: hasFailed,
  }),
  bind('runs', 'runs.cancel-all', 'X', 'cancel all of them', { ...foot('cancel all', 6), enabled: canCancelListed }),
  bind('runs', 'runs.close', 'escape q', 'go back', foot('back', 2)),

  bind('pair', 'pair.enter', 'enter', 'make a ticket, join, or choose the device', {
    ...foot('go on', 1),
    enabled: canEnter,
  }),
  bind(
    'pair',
    'pair.next',
    'C-n',
    'go to the next of: show a ticket, use a ticket, nearby',
    foot('show/use/nearby', 2),
  ),
  bind('pair', 'pair.forth', 'tab', 'go to the next field or switch', foot('next field', 4)),
  bind('pair', 'pair.back', 'S-tab', 'go to the one before'),
  bind('pair', 'pair.down', 'down', 'go down'),
  bind('pair', 'pair.up', 'up', 'go up'),
  bind('pair', 'pair.close', 'escape', 'go back; a session that is open is closed', foot('close', 3)),
  bind('choices', 'pair.toggle', 'space', 'switch what is selected', { ...foot('switch', 1), enabled: canToggle }),
  bind('choices', 'pair.copy', 'c', 'copy the ticket, which holds the secret', {
    ...foot('copy the ticket', 1),
    enabled: hasTicket,
  }),
  bind('choices', 'pair.list-down', 'j', 'go down'),
  bind('choices', 'pair.list-up', 'k', 'go up'),

  bind('proposal', 'proposal.accept', 'y', 'pair with it', { ...foot('pair', 1), enabled: canPair }),
  bind('proposal', 'proposal.refuse', 'n escape', 'do not', foot('refuse', 2)),
  bind('proposal', 'proposal.toggle', 'space', 'give it the selected grant, or do not', {
    ...foot('switch', 3),
    enabled: asksGrants,
  }),
  bind('proposal', 'proposal.name', 'e', 'give it another name here', foot('name', 4)),
  bind('proposal', 'proposal.down', 'j down', 'go down'),
  bind('proposal', 'proposal.up', 'k up', 'go up'),
  bind('compare', 'compare.send', 'enter', 'pair with it, if the word is right', {
    ...foot('pair', 1),
    enabled: canPair,
  }),
  bind('compare', 'compare.refuse', 'escape', 'do not', foot('refuse', 2)),
  bind('compare', 'compare.toggle', 'space', 'give it the selected grant, or do not', {
    ...foot('switch', 3),
    enabled: asksGrants,
  }),
  bind('compare', 'compare.down', 'down', 'go down'),
  bind('compare', 'compare.up', 'up', 'go up'),
  bind('rename', 'rename.send', 'enter', 'call it so', foot('rename', 1)),
  bind('rename', 'rename.close', 'escape', 'go back', foot('back', 2)),
  bind('revoke', 'revoke.send', 'enter', 'revoke it, if its name was typed', foot('revoke', 1)),
  bind('revoke', 'revoke.close', 'escape', 'go back', foot('back', 2)),
] as const;
