// Choosing a theme: by a list that shows them at once, or by name.

import { describe, expect, it } from 'vitest';
import { THEME_CHOICES } from '../../../src/core/theme-names.ts';
import { topOverlay } from '../../../src/tui/model/select.ts';
import { startDashboard } from '../../helpers/tui-model.ts';

describe('the list of themes', () => {
  const opened = () => {
    const dashboard = startDashboard();
    dashboard.press('escape', 'T');
    return dashboard;
  };

  it('shows each theme as one moves over it, round and round', () => {
    const dashboard = opened();
    const seen = THEME_CHOICES.map(() => {
      dashboard.press('j');
      return dashboard.model.settings.theme;
    });
    expect(seen).toEqual([...THEME_CHOICES.slice(1), 'auto']);
    dashboard.press('k');
    expect(dashboard.model.settings.theme).toBe(THEME_CHOICES.at(-1));
  });

  it('keeps what is chosen, and says how to have it the next time', () => {
    const dashboard = opened();
    dashboard.press('j', 'j', 'enter');
    expect(topOverlay(dashboard.model)).toBeUndefined();
    expect(dashboard.model.settings.theme).toBe('light');
    expect(dashboard.model.toasts.at(-1)?.text).toContain('theme = "light" under [ui] in config.toml');
  });

  it.each(['escape', 'q'])('goes back to what there was with %s', (key) => {
    const dashboard = opened();
    dashboard.press('j', 'j', 'j', key);
    expect(topOverlay(dashboard.model)).toBeUndefined();
    expect(dashboard.model.settings.theme).toBe('auto');
  });
});

describe('/theme', () => {
  const typed = (text: string) => {
    const dashboard = startDashboard();
    dashboard.type(text);
    dashboard.press('enter');
    return dashboard.model;
  };

  it('opens the list', () => {
    expect(topOverlay(typed('/theme'))?.kind).toBe('theme');
  });

  it('takes one by its name', () => {
    expect(typed('/theme ember').settings.theme).toBe('ember');
  });

  it('names those that there are where there is no such theme', () => {
    const model = typed('/theme pink');
    expect(model.settings.theme).toBe('auto');
    expect(model.toasts.at(-1)?.text).toMatch(/no theme "pink".*high-contrast/);
  });
});
