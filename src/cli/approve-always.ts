/** Yes to a request and, by a rule, to its like from now on. Whoever says so has seen the exact rule. */

import type { ControlClient } from '../control/client/client.ts';
import type { PendingApproval } from '../core/approvals.ts';
import { DispatchError } from '../core/errors.ts';
import type { DecideParams } from '../protocol/api.ts';
import { sanitizeText } from '../tui/terminal/sanitize.ts';
import type { CliContext } from './context.ts';
import { decideAll } from './decide.ts';
import { findApproval, mustBeNamed } from './find-approval.ts';
import { namesOf } from './print-device.ts';
import { findTerminal, type Terminal } from './terminal.ts';

export async function approveAlways(
  context: CliContext,
  ref: string,
  { yes, note }: { yes: boolean; note: string | undefined },
): Promise<number> {
  const terminal = yes ? undefined : findTerminal(context);
  if (terminal === undefined && !yes)
    throw new DispatchError('usage', 'there is nobody to ask whether the rule is to be added', {
      hint: '--yes adds it without asking; "dispatch approve ID" says yes this once',
    });
  try {
    const client = await context.connect();
    const { approval } = await findApproval(client, ref);
    mustBeNamed(approval, ref);
    const answer = await proposeAlways(context, client, approval, terminal);
    if (answer === undefined)
      throw new DispatchError('cancelled', 'no rule was added, and the request still waits', {
        hint: `"dispatch approve ${ref}" says yes this once`,
      });
    return await decideAll(context, client, [{ ...answer, ...(note === undefined ? {} : { note }) }], {
      several: false,
    });
  } finally {
    terminal?.close();
  }
}

/** Shows the rule, and asks where there is somebody to ask; undefined if it is not to be. */
export async function proposeAlways(
  context: CliContext,
  client: ControlClient,
  { id, digest, device }: PendingApproval,
  terminal: Terminal | undefined,
  gone?: AbortSignal,
): Promise<DecideParams | undefined> {
  const [{ rule, toml }, known] = await Promise.all([
    client.call('approval.propose', { approval: id }),
    client.call('devices', {}),
  ]);
  const where = known.devices.some(({ id, local }) => local && id === device) ? 'this device' : namesOf(known)(device);
  context.stderr.write(`This rule would be added on ${where}:\n\n${indented(toml)}\n\n`);
  const agreed =
    terminal === undefined || (await terminal.yes('y adds it and approves, any other key does neither: ', gone));
  return agreed ? { approval: id, decision: 'approve-always', digest, rule } : undefined;
}

/** What another device proposes is text from elsewhere. */
export function indented(toml: string): string {
  return sanitizeText(toml.trimEnd())
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');
}
