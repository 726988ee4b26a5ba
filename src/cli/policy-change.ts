/** `dispatch policy add` and `remove`: the owner's own rules on this device. What is to be added is shown as it will stand, first. */

import { closest } from '../core/closest.ts';
import { DispatchError } from '../core/errors.ts';
import { compileWord, literalFolder } from '../core/policy/patterns.ts';
import type { RuleBody } from '../core/policy/rules.ts';
import { refuseAgent } from './agent.ts';
import { indented } from './approve-always.ts';
import type { Arguments } from './command.ts';
import type { CliContext } from './context.ts';
import { globForConfig } from './own-paths.ts';
import { safe } from './print.ts';
import { ruleFromArgs } from './rule-from-args.ts';
import { findTerminal, type Terminal } from './terminal.ts';

export async function addRule(context: CliContext, args: Arguments): Promise<number> {
  refuseAgent(context.env, 'change the rules');
  const yes = args.flag('yes');
  const terminal = yes ? undefined : findTerminal(context);
  try {
    if (terminal === undefined && !yes)
      throw new DispatchError('usage', 'there is nobody to ask whether the rule is to be added', {
        hint: '--yes adds it without asking',
      });
    return await addAsked(context, args, terminal);
  } finally {
    terminal?.close();
  }
}

async function addAsked(context: CliContext, args: Arguments, terminal: Terminal | undefined): Promise<number> {
  const client = await context.connect();
  const [{ rules }, { devices }] = await Promise.all([client.call('policy.list', {}), client.call('devices', {})]);
  const taken = rules.map(({ name }) => name);
  const asked = ruleFromArgs(args, { taken, devices, cwd: process.cwd(), now: Date.now() });
  const inFolder = terminal === undefined ? asked : await askForFolder(asked, terminal);
  const [{ ruleToToml }, { fillExamples }] = await Promise.all([
    import('../config/edit-rules.ts'),
    import('./fill-examples.ts'),
  ]);
  const rule = fillExamples(inFolder);
  if (terminal !== undefined) {
    context.stderr.write(
      `This rule would be added to ${safe(context.paths.configFile)}:\n\n${indented(ruleToToml(rule))}\n\n`,
    );
    for (const warning of warningsOf(rule)) context.stderr.write(`⚠ ${warning}\n`);
    if (!(await terminal.yes('y adds it, any other key does not: ')))
      throw new DispatchError('cancelled', `the rule ${rule.name} was not added`);
  }
  if (terminal === undefined) for (const warning of warningsOf(rule)) context.note(`⚠ ${warning}`);
  const added = await client.call('policy.add', { rule });
  if (context.json) context.printJson(added.rule);
  else if (terminal === undefined) context.print(added.toml.trimEnd());
  else context.print(`added ${safe(added.rule.name)}`);
  return 0;
}

/** As the answer "always" does: what is allowed is allowed where one stands, unless more is said. */
async function askForFolder(rule: RuleBody, terminal: Terminal): Promise<RuleBody> {
  if (rule.decision !== 'allow' || rule.paths !== undefined || !isAboutPaths(rule)) return rule;
  const here = process.cwd();
  const typed = await terminal.line(`in which folder is it allowed? Enter: ${here}; or another one, or "any": `);
  if (typed === undefined) throw new DispatchError('cancelled', `the rule ${rule.name} was not added`);
  if (typed === 'any') return rule;
  return { ...rule, paths: [typed === '' ? literalFolder(here) : globForConfig(typed, here)] };
}

/** Commands and files have places; a screen has none, and a rule that wants some would never fit it. */
function isAboutPaths({ operations }: RuleBody): boolean {
  return operations === undefined || operations.every((name) => name.startsWith('files.'));
}

/** What somebody may not have meant, in sentences. */
function warningsOf(rule: RuleBody): string[] {
  const { decision, command, operations, paths } = rule;
  if (decision !== 'allow') return [];
  const [name] = command ?? [];
  return [
    ...(name === undefined && operations === undefined
      ? ['It names no command: every command that fits the rest runs without a question.']
      : []),
    ...(name !== undefined && fitsAnyName(name)
      ? [`Its command begins with "${name}", which fits any program: whatever has such words runs without a question.`]
      : []),
    ...(paths === undefined && isAboutPaths(rule)
      ? ['It names no folder: it counts in every folder that may be used here.']
      : []),
  ];
}

/** A name of which not even the beginning is given. */
function fitsAnyName(pattern: string): boolean {
  try {
    return compileWord(pattern).alternatives.some(([first]) => typeof first !== 'string');
  } catch (error) {
    if (error instanceof RangeError) return false; // the peer says what is wrong with it
    throw error;
  }
}

export async function removeRule(context: CliContext, name: string): Promise<number> {
  refuseAgent(context.env, 'change the rules');
  const client = await context.connect();
  const { rules } = await client.call('policy.list', {});
  const known = rules.find((rule) => rule.name === name);
  if (known?.source === 'built-in')
    throw new DispatchError('refused', `the rule ${name} is built in, and stays`, {
      hint: 'a rule of yours that asks or denies goes before it: "dispatch policy add --ask …"',
    });
  if (known === undefined) {
    const close = closest(
      name,
      rules.filter(({ source }) => source === 'config').map((rule) => rule.name),
    );
    throw new DispatchError('not-found', `there is no rule "${name}"`, {
      hint: close === undefined ? 'list them with "dispatch policy list"' : `did you mean ${close}?`,
    });
  }
  const { rule } = await client.call('policy.remove', { name });
  if (context.json) context.printJson(rule);
  else context.print(`removed ${safe(rule.name)}`);
  return 0;
}
