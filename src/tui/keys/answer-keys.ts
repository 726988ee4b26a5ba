// The keys of the dialogs in which a request is answered. Part of the keymap.

import { bind, foot } from './binding.ts';
import {
  alikeLabel,
  canAnswer,
  canApprove,
  canApproveAlike,
  canAssent,
  canDecide,
  canEdit,
  hasPicture,
} from './enabled.ts';

export const ANSWER_KEYS = [
  bind('approval', 'approval.approve', 'y', 'approve once', { ...foot('approve once', 1), enabled: canApprove }),
  bind('approval', 'approval.reject', 'n', 'reject: the run is cancelled', {
    ...foot('reject', 2),
    enabled: canAnswer,
  }),
  bind(
    'approval',
    'approval.for-run',
    'r',
    'approve, for a time also if exactly this is asked again before it starts',
    {
      ...foot('for this run…', 3),
      enabled: canDecide('approve-for-run'),
    },
  ),
  bind('approval', 'approval.always', 'A', 'approve, and always: shows the rule, and asks once more', {
    ...foot('always…', 4),
    enabled: canDecide('approve-always'),
  }),
  bind('approval', 'approval.alike', 'Y', 'approve all that are the same but for run and device: lists them first', {
    ...foot(alikeLabel, 5),
    enabled: canApproveAlike,
  }),
  bind('approval', 'approval.edit', 'e', 'edit the command: the new version is asked for anew', {
    ...foot('edit', 5),
    enabled: canEdit,
  }),
  bind('approval', 'approval.reject-reason', 'N', 'reject, and say why', {
    ...foot('reject with reason', 6),
    enabled: canAnswer,
  }),
  bind('approval', 'approval.full', 'v', 'show the full text', foot('full text', 6)),
  bind('approval', 'approval.picture', 'o', 'open the picture of what it will touch', {
    ...foot('open picture', 7),
    enabled: hasPicture,
  }),
  bind('approval', 'approval.leave', 'escape', 'leave it pending', foot('later', 3)),

  bind('term', 'term.longer', 'right tab', 'for longer', foot('longer', 2)),
  bind('term', 'term.shorter', 'left S-tab', 'for a shorter time', foot('shorter', 3)),
  bind('assent', 'assent.yes', 'y', 'yes, to all of what is shown', { ...foot('yes', 1), enabled: canAssent }),
  bind('assent', 'assent.leave', 'escape n', 'go back to the approval', foot('back', 4)),

  bind('edit', 'edit.send', 'enter', 'ask anew, for this command', foot('ask anew', 1)),
  bind('edit', 'edit.newline', 'M-enter C-j S-enter', 'start a new line', foot('new line', 3)),
  bind('edit', 'edit.chord', 'C-x', 'then C-e: edit it in $EDITOR', foot('C-e in $EDITOR', 4)),
  bind('edit', 'edit.close', 'escape', 'go back to the approval', foot('back', 2)),
  bind('chord', 'edit.outside', 'C-e', 'edit it in $EDITOR', foot('in $EDITOR', 1)),

  bind('reason', 'reason.send', 'enter', 'reject with this reason', foot('reject', 1)),
  bind('reason', 'reason.close', 'escape', 'go back to the approval', foot('back', 2)),
] as const;
