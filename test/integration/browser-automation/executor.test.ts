// The executor of the browser against what any executor must do, on a real browser.
import { afterAll, beforeAll } from 'vitest';
import { describeExecutor } from '../../contract/executor.ts';
import { type Site, serveSite } from '../../helpers/browser-site.ts';
import { needs } from '../../helpers/needs.ts';
import { browse, openStage, step } from './harness.ts';

needs('chromium')('in a browser', () => {
  let site: Site;
  beforeAll(async () => {
    site = await serveSite({ '/': '<title>Sample</title><p>a sample</p>' });
  });
  afterAll(() => site.close());

  describeExecutor('the browser executor', async () => {
    const stage = openStage();
    const open = step('browser_navigate', { url: `${site.origin}/` });
    return {
      executor: stage.executor,
      samples: {
        succeeds: { action: browse(open, step('dispatch_text')), output: 'a sample' },
        fails: { action: browse(open, step('browser_verify_text_visible', { text: 'none' })), exitCode: 1 },
        endless: {
          action: browse(open, step('browser_wait_for', { text: 'never', time: 25 })),
          ready: '[2/2] wait for',
        },
        invalid: browse(open, step('browser_click', {})),
      },
      effects: async () => [...site.asked],
      close: stage.close,
    };
  });
});
