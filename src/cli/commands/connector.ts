/** `dispatch connector`: the connectors of this device, and whether they work. */

import { closest } from '../../core/closest.ts';
import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { safe, table } from '../print.ts';
import { readKey } from '../read-key.ts';

const HELP = 'dispatch connector --help';
const SUBCOMMANDS = ['list', 'show', 'test', 'key'] as const;

export const command: Command = {
  usage: 'connector list | show NAME | test NAME | key [--remove] NAME',
  summary: 'List the connectors of this device, show how one is set up, try it, or keep its key.',
  details: [
    'Connectors stand in config.toml, [connectors.NAME]; docs/CONNECTORS.md describes them. test makes a real call, the',
    'smallest there is, and explains each stage of it. key reads a key from standard input, or asks for it, and keeps it in',
    'the keyring of the system, or where there is none, in a private file: for connectors with key = { keyring = "NAME" }.',
  ].join('\n'),
  options: { remove: { type: 'boolean', help: 'key: forget it' } },
  examples: ['dispatch connector list', 'dispatch connector test gpt', 'dispatch connector key openai < key.txt'],
  maxArguments: 2,
  async run(context, args) {
    const [what = 'list', name] = [...args.positionals, ...(args.rest ?? [])];
    if (what === 'list') return list(context);
    if (!(SUBCOMMANDS as readonly string[]).includes(what)) {
      const close = closest(what, [...SUBCOMMANDS]);
      throw new DispatchError('usage', `there is no "dispatch connector ${what}"`, {
        hint: close === undefined ? HELP : `did you mean ${close}? ${HELP}`,
      });
    }
    if (name === undefined) throw new DispatchError('usage', 'NAME is missing', { hint: HELP });
    if (what === 'show') return show(context, name);
    if (what === 'test') return test(context, name);
    return args.flag('remove') ? forgetKey(context, name) : keepKey(context, name);
  },
};

async function list(context: CliContext): Promise<number> {
  const { connectors } = await (await context.connect()).call('connectors.list', {});
  if (context.json) {
    context.printJson(connectors);
    return 0;
  }
  const rows = connectors.map(({ name, preset, routes, origin, model, defaultFor, trouble }) => [
    trouble === undefined ? '●' : '○',
    name,
    routes.map((route) => (defaultFor.includes(route) ? `${route}*` : route)).join(' '),
    preset ?? 'own',
    safe([origin, ...(model === undefined ? [] : [model])].join(' ')),
    ...(trouble === undefined ? [] : [safe(trouble)]),
  ]);
  for (const line of table(rows)) context.print(line);
  if (connectors.some(({ defaultFor }) => defaultFor.length > 0)) context.print('* where none is named');
  return 0;
}

async function show(context: CliContext, name: string): Promise<number> {
  const { connector } = await (await context.connect()).call('connector.show', { name });
  const { connectorText, withoutSecrets } = await import('../connector-text.ts');
  if (context.json) context.printJson(withoutSecrets(connector));
  else context.print(connectorText(connector));
  return 0;
}

async function test(context: CliContext, name: string): Promise<number> {
  const { stages } = await (await context.connect()).call('connector.test', { name });
  const ok = stages.every((stage) => stage.ok);
  if (context.json) {
    context.printJson({ ok, stages });
    return ok ? 0 : 1;
  }
  for (const { name: stage, ok: went, detail, fix, ms } of stages) {
    context.print(
      `${went ? '✓' : '✗'} ${stage.padEnd(14)} ${safe(detail)}${ms === undefined ? '' : `  (${Math.round(ms)} ms)`}`,
    );
    if (fix !== undefined) context.print(`  ${' '.repeat(14)} ${safe(fix)}`);
  }
  return ok ? 0 : 1;
}

async function keepKey(context: CliContext, name: string): Promise<number> {
  const key = await readKey(context, name);
  const { where } = await (await context.connect()).call('connector.key', { name, key });
  if (context.json) context.printJson({ name, where });
  else context.print(`kept in ${safe(where)}`);
  return 0;
}

async function forgetKey(context: CliContext, name: string): Promise<number> {
  const { forgotten } = await (await context.connect()).call('connector.forget', { name });
  if (context.json) context.printJson({ name, forgotten });
  else context.print(forgotten ? 'forgotten' : 'there was none');
  return 0;
}
