// Other keys for what the dashboard does, from the configuration.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import type { CliHome } from '../../helpers/cli.ts';
import { dashboards } from '../../helpers/dashboard.ts';

const stage = dashboards();

function configured(config: string): CliHome {
  const home = stage.home();
  mkdirSync(dirname(home.paths.configFile), { recursive: true });
  writeFileSync(home.paths.configFile, config, { mode: 0o600 });
  return home;
}

it('takes the keys that the configuration gives, and shows them', async () => {
  const home = configured('[keys]\n"pane.help" = "B"\nalways.palette = ["C-o", "F2"]\n');
  for (const _start of ['read', 'kept from the start before']) {
    const dashboard = await stage.open(home);
    await dashboard.go(1);
    await dashboard.waitFor('B help');
    dashboard.press('C-o');
    await dashboard.waitFor('Commands');
    dashboard.press('escape');
    await dashboard.waitGone('type to find');
    dashboard.press('B');
    await dashboard.waitFor(' Help ');
    await dashboard.leave();
  }
});

it('says with file and line why keys cannot be so, before it takes the screen', async () => {
  const home = configured('[ui]\nbell = true\n\n[keys]\n"run.cancel" = "r"\n');
  const checked = await home.cli(['config', 'check']);
  expect(checked.err).toContain('config.toml:5');
  expect(checked.err).toContain('r would be both run.cancel (cancel the run) and run.retry');
  const dashboard = await stage.open(home, { connects: false });
  expect((await dashboard.exited()).code).not.toBe(0);
  expect(dashboard.screen()).toContain('config.toml:5');
});
