/** What a plan of the cloud routes binds: the connector as it is configured now, and all that is sent to it. */

import { type Action, operationsOf, type Plan } from '../../core/actions.ts';
import { canonicalJson } from '../../core/canonical.ts';
import type { CodeAction, KnowledgeAction } from '../../core/cloud.ts';
import { type Connector, EMBEDDED } from '../../core/connectors.ts';
import { asDispatchError, type Refusal, refuse } from '../../core/errors.ts';
import type { DeviceId, RunId, Sha256 } from '../../core/ids.ts';
import type { ActionFacts } from '../../core/policy/reading.ts';

export function planOf(
  { device, sha256 }: { readonly device: DeviceId; readonly sha256: (text: string) => Sha256 },
  run: RunId,
  action: KnowledgeAction | CodeAction,
  connector: Connector,
): Plan {
  return {
    device,
    run,
    kind: action.kind,
    argv: [action.kind, connector.name, canonicalJson(action)],
    cwd: '',
    envNames: [],
    envDigest: sha256(''),
    ...(action.timeoutMs === undefined ? {} : { timeoutMs: action.timeoutMs }),
    tty: false,
    stdin: false,
    executable: `connector ${connector.name} (${originOf(connector) ?? 'on this device'})`,
    // Another URL, template or source of the key is another plan.
    executableSha256: sha256(canonicalJson(connector)),
    enforced: 'read-only',
    programs: [],
    secrets: [],
  };
}

/** What the checks look at: what it does, and the site that it is sent to. */
export function factsOf(action: KnowledgeAction | CodeAction, connector: Connector): ActionFacts {
  const origin = originOf(connector);
  return { paths: [], operations: operationsOf(action), ...(origin === undefined ? {} : { origins: [origin] }) };
}

/** The site that it sends to; undefined for the embedded one, which is a part of this device. */
function originOf({ name, url }: Pick<Connector, 'name' | 'url'>): string | undefined {
  return name === EMBEDDED ? undefined : new URL(url).origin;
}

export function requireKind<K extends Action['kind']>(action: Action, kind: K): Extract<Action, { kind: K }> {
  if (action.kind !== kind) throw new Error(`an executor of ${kind} was given a ${action.kind} action`);
  return action as Extract<Action, { kind: K }>;
}

export function refusalOf(error: unknown): Refusal {
  const { code, message, hint } = asDispatchError(error);
  return refuse(code === 'internal' ? 'unavailable' : code, message, hint);
}
