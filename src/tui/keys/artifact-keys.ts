// The keys of the pages about artifacts. Part of the keymap.

import { bind, foot } from './binding.ts';
import { connected, hasArtifact, hasQuery } from './enabled.ts';

export const ARTIFACT_KEYS = [
  bind('panes', 'pane.artifacts', 'f', 'show what runs made: their artifacts', { palette: true, enabled: connected }),

  bind('preview', 'preview.origin', 'p', 'show where it comes from, or what is in it', foot('where from', 3)),
  bind('preview', 'preview.find', '/', 'look for a text in it', foot('find', 4)),
  bind('preview', 'preview.next', 'n', 'go to the next place where it is', { enabled: hasQuery }),
  bind('preview', 'preview.previous', 'N', 'go to the place before', { enabled: hasQuery }),
  bind('preview', 'preview.open', 'o', 'open it in your browser', { ...foot('open', 2), enabled: connected }),
  bind('preview', 'preview.save', 's', 'save it', { ...foot('save', 2), enabled: connected }),
  bind('preview', 'preview.link', 'y c', 'copy its link, for programs on this machine', {
    ...foot('copy link', 5),
    enabled: connected,
  }),
  bind('preview', 'preview.close', 'escape q', 'go back', foot('back', 1)),
  bind('find', 'find.send', 'enter', 'go to where it is', foot('find', 1)),
  bind('find', 'find.close', 'escape', 'go back', foot('back', 2)),

  bind('artifacts', 'artifacts.open', 'enter v', 'show what is in it', { ...foot('show', 1), enabled: hasArtifact }),
  bind('artifacts', 'artifacts.run', 'r', 'show the run that made it', { ...foot('its run', 4), enabled: hasArtifact }),
  bind('artifacts', 'artifacts.filter', 'tab right', 'list the next kind', foot('kind', 3)),
  bind('artifacts', 'artifacts.filter-back', 'S-tab left', 'list the kind before'),
  bind('artifacts', 'artifacts.down', 'j down', 'next artifact'),
  bind('artifacts', 'artifacts.up', 'k up', 'artifact before'),
  bind('artifacts', 'artifacts.page-down', 'pagedown C-d space', 'ten artifacts down'),
  bind('artifacts', 'artifacts.page-up', 'pageup C-u', 'ten artifacts up'),
  bind('artifacts', 'artifacts.first', 'g home', 'first artifact'),
  bind('artifacts', 'artifacts.last', 'G end', 'last artifact'),
  bind('artifacts', 'artifacts.open-outside', 'o', 'open it in your browser', {
    ...foot('open', 2),
    enabled: hasArtifact,
  }),
  bind('artifacts', 'artifacts.save', 's', 'save it', { ...foot('save', 2), enabled: hasArtifact }),
  bind('artifacts', 'artifacts.link', 'y c', 'copy its link, for programs on this machine', { enabled: hasArtifact }),
  bind('artifacts', 'artifacts.close', 'escape q', 'go back', foot('back', 1)),
] as const;
