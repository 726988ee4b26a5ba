// The keys of the view of a run. Part of the keymap.

import { bind, foot } from './binding.ts';
import { hasArtifact, hasArtifactsInDialog, hasFound } from './enabled.ts';

export const RUN_KEYS = [
  bind('run', 'run.section', 'tab', 'go to the next tab of the run', foot('tabs', 2)),
  bind('run', 'run.section-back', 'S-tab', 'go to the tab before'),
  bind('run', 'run.section-at', '1 2 3 4 5 6', 'go to: output, plan, approvals, artifacts, audit, timing'),
  bind('run', 'run.preview', 'enter', 'show what is in the selected artifact', { enabled: hasArtifact }),
  bind('run', 'run.next-artifact', ']', 'select the next artifact', { enabled: hasArtifactsInDialog }),
  bind('run', 'run.previous-artifact', '[', 'select the artifact before', { enabled: hasArtifactsInDialog }),
  bind('run', 'run.find', '/', 'look for a text in its output', foot('find', 6)),
  bind('run', 'run.find-next', 'n', 'go to the next place where it is', {
    ...foot('next', 3),
    enabled: hasFound,
  }),
  bind('run', 'run.find-previous', 'N', 'go to the place before', { enabled: hasFound }),
  bind('run', 'run.follow', 'F', 'follow the output as it comes'),
  bind('seek', 'seek.find', 'enter', 'go to where it is', foot('find', 1)),
  bind('seek', 'seek.close', 'escape', 'go back', foot('back', 2)),
  bind('run', 'run.close', 'escape q', 'go back', foot('back', 1)),
] as const;
