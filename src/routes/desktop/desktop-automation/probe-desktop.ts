/** Looks what of a screen there is to drive: the display, the programs that reach it, and the accessibility bus. Changes nothing. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Probe } from '../../../core/devices.ts';
import { asDispatchError } from '../../../core/errors.ts';
import { sessionBusAddress } from './accessibility/bus-address.ts';
import { findDisplayServer, type Surroundings, XWAYLAND } from './display-server.ts';
import { runTool } from './run-tool.ts';
import { findMissingTools, TOOLS } from './tools.ts';
import { authorityFile } from './x11/authority.ts';
import { connectDisplay, type XConnection } from './x11/connection.ts';
import { atomOf, hasExtension, propertyOf } from './x11/requests.ts';

const NEEDED = 'desktopAutomation';
const VERSION_MS = 5000;
const SERVICE = join('dbus-1', 'services', 'org.a11y.Bus.service');

/** Never rejects: what cannot be looked at is not there. */
export async function probeDesktop(surroundings: Surroundings): Promise<readonly Probe[]> {
  const server = findDisplayServer(surroundings);
  if (server.kind !== 'x11') return [lacking('display', server.reason, server.fix)];
  const { env, display: configured } = surroundings;
  let x: XConnection | undefined;
  try {
    x = await connectDisplay(server.display, env);
    const tools = await probeTools({ ...env, DISPLAY: server.display });
    return [await probeDisplay(x, configured !== undefined), ...tools, await probeAccessibility(x, env)];
  } catch (error) {
    const { message, hint } = asDispatchError(error);
    return [lacking('display', message, hint), ...(await probeTools({ ...env, DISPLAY: server.display }))];
  } finally {
    x?.close();
  }
}

function lacking(name: string, detail: string, fix: string | undefined): Probe {
  return { name, ok: false, detail, ...(fix === undefined ? {} : { fix }), needed: NEEDED };
}

async function probeDisplay(x: XConnection, believed: boolean): Promise<Probe> {
  if (!believed && (await hasExtension(x, 'XWAYLAND'))) return lacking('display', XWAYLAND.reason, XWAYLAND.fix);
  const { width, height } = x.facts;
  return { name: 'display', ok: true, detail: `X11 display ${x.display}, ${width}x${height}`, needed: NEEDED };
}

async function probeTools(env: NodeJS.ProcessEnv): Promise<Probe[]> {
  const missing = findMissingTools(env.PATH);
  const authority = authorityFile(env);
  const full = { ...env, ...(authority === undefined ? {} : { XAUTHORITY: authority }) };
  return Promise.all(
    TOOLS.map(async ({ name, version }): Promise<Probe> => {
      const one = missing.find((tool) => tool.name === name);
      if (one !== undefined) return lacking(name, one.reason, one.fix);
      return { name, ok: true, detail: await versionOf(name, version, full), needed: NEEDED };
    }),
  );
}

async function versionOf(
  name: (typeof TOOLS)[number]['name'],
  argument: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const options = { env, signal: new AbortController().signal, timeoutMs: VERSION_MS };
  try {
    const { output, complaint } = await runTool(name, [argument], options);
    const version = /\d+(?:\.\d+)+/.exec(`${output}\n${complaint}`)?.[0];
    return version === undefined ? name : `${name} ${version}`;
  } catch {
    return name; // it is there, and says no more where there is no display
  }
}

/** Without it there are pictures, and no snapshots of elements. */
async function probeAccessibility(x: XConnection, env: NodeJS.ProcessEnv): Promise<Probe> {
  const name = 'accessibility';
  const told = await propertyOf(x, x.facts.root, await atomOf(x, 'AT_SPI_BUS')).catch(() => undefined);
  if (told !== undefined) return { name, ok: true, detail: 'an AT-SPI bus on that display' };
  const session = sessionBusAddress(env) !== undefined;
  const folders = (env.XDG_DATA_DIRS || '/usr/local/share:/usr/share').split(':');
  const service = folders.some((folder) => existsSync(join(folder, SERVICE)));
  if (session && service) return { name, ok: true, detail: 'AT-SPI, started when it is needed' };
  return {
    name,
    ok: false,
    detail: session
      ? 'AT-SPI is not installed, so there are no snapshots of elements'
      : 'there is no session bus, so there are no snapshots of elements',
    fix: session
      ? 'install the package at-spi2-core (on Debian or Ubuntu: apt-get install at-spi2-core)'
      : 'start the peer inside the graphical session, where DBUS_SESSION_BUS_ADDRESS is set',
  };
}
