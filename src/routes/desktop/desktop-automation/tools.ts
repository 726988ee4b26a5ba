/** The programs that reach an X11 screen: which they are, whether they are there, and how to get those that are not. */

import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Each with the Debian package that brings it; other systems name them alike. */
export const TOOLS = [
  { name: 'xdotool', package: 'xdotool', version: 'version', what: 'presses keys and buttons' },
  { name: 'maim', package: 'maim', version: '--version', what: 'takes pictures of the screen' },
  { name: 'wmctrl', package: 'wmctrl', version: '--version', what: 'brings windows up' },
] as const;
export type ToolName = (typeof TOOLS)[number]['name'];

export interface MissingTool {
  readonly name: ToolName;
  readonly reason: string;
  readonly fix: string;
}

/** What is missing, and how to get it. */
export function missingTool(name: ToolName): MissingTool {
  const [tool] = TOOLS.filter((one) => one.name === name);
  const wanted = tool?.package ?? name;
  return {
    name,
    reason: `${name}, which ${tool?.what ?? 'is needed'}, is not installed`,
    fix: `install the package ${wanted} (on Debian or Ubuntu: apt-get install ${wanted})`,
  };
}

export function findMissingTools(path: string | undefined): MissingTool[] {
  return TOOLS.filter(({ name }) => !isOnPath(name, path ?? '')).map(({ name }) => missingTool(name));
}

function isOnPath(name: string, path: string): boolean {
  return path.split(delimiter).some((folder) => isAbsolute(folder) && isExecutable(join(folder, name)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
