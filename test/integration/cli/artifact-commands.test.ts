// What is done with artifacts besides saving them: picked by kind, opened, read by their address, and traced back to what made them.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';
import { until } from '../../helpers/until.ts';

const ACTIVE = [
  'cd "$DISPATCH_ARTIFACTS"; echo "<script>alert(1)</script>" > page.html; cp /bin/true program',
  `echo '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>' > drawing.svg`,
].join('; ');

let home: CliHome;
beforeAll(async () => {
  home = createHome();
  await home.startPeer();
  const made = await home.cli(['run', '--yes', '--', 'cd "$DISPATCH_ARTIFACTS"; echo words > a.md; echo {} > b.json']);
  expect(made.code).toBe(0);
});
afterAll(() => home.dispose());

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly sha256: string;
}

describe('artifacts', () => {
  it('are picked by kind', async () => {
    const named = async (...args: string[]): Promise<string[]> =>
      ((await home.json(['artifacts', '--json', ...args])) as Listed[]).map(({ name }) => name).sort();
    expect(await named('--kind', 'data')).toEqual(['b.json']);
    expect(await named('--kind', 'data', '--kind', 'document')).toEqual(['a.md', 'b.json']);
    expect(await named('1', '--kind', 'document', '--kind', 'data', '-n', '1')).toHaveLength(1);
    expect(await home.cli(['artifacts', '--kind', 'image'])).toMatchObject({
      code: 0,
      out: '',
      err: 'dispatch: there are none of that kind\n',
    });
    expect(await home.cli(['artifacts', '--kind', 'imgae'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^dispatch: --kind imgae: expected one of output, .*: did you mean image\?\n$/),
    });
  });
});

describe('artifacts prune', () => {
  it('says what would go, and removes nothing that is young', async () => {
    const said = { code: 0, err: '', out: expect.stringMatching(/^nothing is older than it is kept, and all fits/) };
    expect(await home.cli(['artifacts', 'prune', '--dry-run'])).toMatchObject(said);
    expect(await home.cli(['artifacts', 'prune', '--yes'])).toMatchObject(said);
    expect(await home.json(['artifacts', 'prune', '--yes', '--json'])).toMatchObject({ count: 0, artifacts: [] });
    expect((await home.cli(['get', '1/a.md', '-o', '-'])).out).toBe('words\n');
  });

  it('removes nothing that nobody said yes to, nor for an agent', async () => {
    expect(await home.cli(['artifacts', 'prune'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is nobody to ask whether artifacts are to be removed'),
    });
    expect(await home.cli(['artifacts', 'prune', '--yes'], { env: { DISPATCH_AS: 'agent' } })).toMatchObject({
      err: expect.stringContaining('an agent may not remove artifacts'),
    });
    expect(await home.cli(['artifacts', '--yes'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--yes goes with prune'),
    });
  });
});

describe('open', () => {
  it('prints an address that programs here can read', async () => {
    const { out, code } = await home.cli(['open', '1/a.md', '--link']);
    expect(code).toBe(0);
    expect(await (await fetch(out.trim())).text()).toBe('words\n');
    expect(await home.json(['open', '1/a.md', '--link', '--json'])).toMatchObject({ downloadUrl: out.trim() });
  });

  it.skipIf(process.platform !== 'linux')(
    'gives its address to the browser of the desktop, unless it could run what is in it',
    async () => {
      const bin = join(home.path, 'bin');
      const told = join(home.path, 'opened');
      mkdirSync(bin);
      writeFileSync(
        join(bin, 'xdg-open'),
        `#!/bin/sh\nprintf '%s' "$1" > '${told}.part' && mv '${told}.part' '${told}'\n`,
      );
      chmodSync(join(bin, 'xdg-open'), 0o755);
      const env = { DISPLAY: ':7', PATH: `${bin}:${process.env.PATH}` };
      const { code, out } = await home.cli(['open', '1/a.md'], { env });
      expect(code).toBe(0);
      const address = await until('the program', async () =>
        existsSync(told) ? readFileSync(told, 'utf8') : undefined,
      );
      expect(out).toBe('opened a.md\n');
      expect(await (await fetch(address)).text()).toBe('words\n');
      rmSync(told);
      expect((await home.cli(['run', '--yes', '--', ACTIVE])).code).toBe(0);
      for (const name of ['page.html', 'drawing.svg', 'program']) {
        expect(await home.cli(['open', `2/${name}`], { env })).toMatchObject({
          code: 126,
          out: '',
          err: expect.stringContaining(
            `"${name}" is not opened, as it could run what is in it: save it with "dispatch get 2/${name}"`,
          ),
        });
      }
      expect(existsSync(told)).toBe(false);
    },
  );

  it.skipIf(process.platform !== 'linux')('says what to do where nothing opens files', async () => {
    const env = { DISPLAY: undefined, WAYLAND_DISPLAY: undefined };
    expect(await home.cli(['open', '1/a.md'], { env })).toMatchObject({
      code: 125,
      out: '',
      err: expect.stringContaining('save it with "dispatch get 1/a.md", or print its address with --link'),
    });
  });
});

describe('show of an artifact', () => {
  it('traces it to its run, its device, and who allowed it', async () => {
    const [artifact] = (await home.json(['artifacts', '--kind', 'document', '--json'])) as [Listed];
    const byName = await home.cli(['show', '1/a.md']);
    expect(byName.code).toBe(0);
    const rows = new Map(
      byName.out
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/, 2) as [string, string]),
    );
    expect(rows.get('artifact')).toBe('a.md');
    expect(rows.get('kind')).toBe('document, text/markdown');
    expect(rows.get('sha256')).toBe(artifact.sha256);
    expect(rows.get('by run')).toBe('1');
    expect(rows.get('allowed')).toMatch(/ by you on this device, signed$/);
    expect(rows.get('get it')).toBe('dispatch get 1/a.md');
    expect((await home.cli(['show', artifact.id])).out).toBe(byName.out);
    expect(await home.json(['show', artifact.id.slice(0, 10), '--json'])).toMatchObject({
      artifact: { id: artifact.id },
      run: { number: 1 },
      approvals: [{ status: 'approved' }],
    });
  });

  it('is of nothing where there is none', async () => {
    expect((await home.cli(['show', '1/none'])).err).toContain('run 1 has no artifact "none"');
    expect((await home.cli(['show', 'zzzz'])).err).toContain('there is no run "zzzz"');
  });
});
