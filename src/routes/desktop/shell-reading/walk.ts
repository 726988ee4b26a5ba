/** Goes through the whole tree of a shell text and collects its commands, the files it opens, and whatever makes it unreadable. */

import {
  type Command,
  forEachChild,
  type ParsedScript,
  type Redirection,
  type SyntaxNode,
  type Word as TreeWord,
} from 'unbash';
import type { FileTarget, SimpleCommand, Word } from '../../../core/policy/reading.ts';
import { findLeftover } from './leftovers.ts';
import { isOwnVariable, isPlainVariable } from './variables.ts';
import { decodeWord, shown } from './words.ts';

export interface Collected {
  readonly commands: SimpleCommand[];
  readonly writes: FileTarget[];
  readonly reads: FileTarget[];
  readonly obstacles: Set<string>;
  /** True if the parser gave up somewhere: a shell may still run what stands before, or read it in another way. */
  broken: boolean;
}

const BASH_ONLY = 'is read by bash alone';

export function collect(root: ParsedScript, text: string): Collected {
  const collected: Collected = { commands: [], writes: [], reads: [], obstacles: new Set(), broken: false };
  const visit = (node: SyntaxNode, source: string): void => {
    look(node, collected);
    const own = node.type === 'Script' ? (node.source ?? source) : source;
    if (node.type === 'Script') checkWhole(node, own, collected);
    forEachChild(node, (child) => visit(child, own));
  };
  visit(root, text);
  return collected;
}

function checkWhole(script: ParsedScript, source: string, into: Collected): void {
  const leftover = findLeftover(script, source);
  if (leftover === undefined) return;
  into.broken = true;
  into.obstacles.add(`it cannot be read as shell text: what ${shown(leftover)} is for is not clear`);
}

function look(node: SyntaxNode, into: Collected): void {
  const { obstacles } = into;
  switch (node.type) {
    case 'Script':
      for (const error of node.errors ?? []) {
        into.broken = true;
        obstacles.add(`it cannot be read as shell text: ${error.message}`);
      }
      return;
    case 'Statement':
      if (node.background === true) obstacles.add('"&" leaves a command in the background');
      return;
    case 'Command':
      into.commands.push(...commandOf(node, into));
      return;
    case 'Redirect':
    case 'HereDoc':
    case 'HereString':
      lookAtRedirection(node, into);
      return;
    case 'Function':
      obstacles.add('a function may stand in for any command');
      return;
    case 'Coproc':
      obstacles.add('"coproc" runs a command in the background');
      return;
    case 'Time':
      obstacles.add('"time" is a word of bash, and a program elsewhere');
      return;
    case 'Select':
      obstacles.add(`"select" ${BASH_ONLY}`);
      return;
    case 'TestCommand':
      obstacles.add(`"[[" ${BASH_ONLY}`);
      return;
    case 'ArithmeticCommand':
    case 'ArithmeticFor':
      obstacles.add(`"((" ${BASH_ONLY}`);
      return;
    case 'Pipeline':
      if (node.operators.includes('|&')) obstacles.add(`"|&" ${BASH_ONLY}`);
      return;
    case 'CaseItem':
      if (node.terminator === ';&' || node.terminator === ';;&') obstacles.add(`"${node.terminator}" ${BASH_ONLY}`);
      return;
    case 'For':
      if (!isOwnVariable(node.name.text)) obstacles.add(`it sets ${shown(node.name.text)}, which may change what runs`);
      return;
    case 'ArrayValue':
      obstacles.add(`a list in a variable ${BASH_ONLY}`);
      return;
    case 'Assignment':
      if (node.append === true || node.index !== undefined) obstacles.add(`${shown(node.text)} ${BASH_ONLY}`);
      return;
    default:
      lookAtPart(node, obstacles);
  }
}

/** Parts of words. */
function lookAtPart(node: SyntaxNode, obstacles: Set<string>): void {
  switch (node.type) {
    case 'AnsiCQuoted':
    case 'LocaleString':
    case 'ProcessSubstitution':
    case 'ExtendedGlob':
      obstacles.add(`${shown(node.text)} ${BASH_ONLY}`);
      return;
    case 'CommandExpansion':
      if (node.script === undefined) obstacles.add(`${shown(node.text)} cannot be read`);
      if (node.text.startsWith('${')) obstacles.add(`${shown(node.text)} ${BASH_ONLY}`);
      if (node.text.startsWith('`') && node.text.includes('\\'))
        obstacles.add('a backslash between backticks has two meanings');
      return;
    case 'ArithmeticCommandExpansion':
      obstacles.add('a command stands in a calculation');
      return;
    case 'ArithmeticExpansion':
      if (node.expression === undefined) obstacles.add(`${shown(node.text)} cannot be read`);
      if (node.text.startsWith('$[')) obstacles.add(`"$[" ${BASH_ONLY}`);
      return;
    case 'ArithmeticWord':
      // The value of a variable is calculated too, and what is calculated may run commands.
      if (!/^(\d{1,18}|0x[0-9a-fA-F]{1,15})$/.test(node.value))
        obstacles.add('a calculation with variables may run anything that they hold');
      return;
    case 'ParameterExpansion':
      if (node.prefix === '!' || node.index !== undefined)
        obstacles.add(`${shown(node.text)} may run what a variable holds`);
      if (node.parameter === '') obstacles.add(`${shown(node.text)} cannot be read`);
      return;
    case 'Default':
      if (node.operator === '=' || node.operator === ':=') obstacles.add('an expansion sets a variable');
      return;
    case 'Replace':
    case 'Slice':
    case 'CaseModification':
    case 'Transform':
    case 'Names':
    case 'Unknown':
      obstacles.add(`"\${…${node.operator}…}" ${BASH_ONLY}`);
      return;
    default:
      return;
  }
}

function commandOf(node: Command, into: Collected): SimpleCommand[] {
  const assigns = node.prefix.flatMap((part) => (part.type === 'Assignment' ? [part.name] : []));
  const harmless = node.name === undefined ? isOwnVariable : isPlainVariable;
  for (const name of assigns)
    if (!harmless(name)) into.obstacles.add(`it sets ${shown(name)}, which may change what runs`);
  if (node.name === undefined) return [];
  const words = [node.name, ...node.args].map((arg) => {
    if (arg.type === 'Word') return wordOf(arg, into);
    // An assignment behind the name: a word like another, to anything but the shell's own commands.
    const { word, obstacle } = decodeWord(arg.text, decodedText(arg.text));
    if (obstacle !== undefined) into.obstacles.add(obstacle);
    return word;
  });
  return [{ words, assigns }];
}

/** Where the parser gives no value of its own to compare with: none that has quotes. */
function decodedText(source: string): string {
  return /["'\\]/.test(source) ? '\0' : source;
}

function wordOf(node: TreeWord, into: Collected): Word {
  const { word, obstacle } = decodeWord(node.text, node.value);
  if (obstacle !== undefined) into.obstacles.add(obstacle);
  return word;
}

function lookAtRedirection(node: Redirection, into: Collected): void {
  const { obstacles } = into;
  if (node.descriptor?.type === 'FileDescriptorVariable')
    obstacles.add(`"{${node.descriptor.name}}" before a redirection ${BASH_ONLY}`);
  if (node.type === 'HereString') {
    obstacles.add(`"<<<" ${BASH_ONLY}`);
    return;
  }
  if (node.type === 'HereDoc') {
    if (node.closing === undefined) obstacles.add('a here-document does not end');
    if (!/^(\w+|'\w+'|"\w+"|\\\w+)$/.test(node.delimiter?.text ?? ''))
      obstacles.add('a here-document has an unusual end');
    return;
  }
  if (node.target === undefined) {
    obstacles.add(`a redirection leads nowhere`);
    return;
  }
  const word = wordOf(node.target, into);
  if (word.known && /^\/dev\/(tcp|udp)\//.test(word.text)) obstacles.add(`${shown(word.text)} is a connection to bash`);
  switch (node.operator) {
    case '>':
    case '>>':
    case '>|':
    case '<>':
      into.writes.push({ word });
      return;
    case '&>':
    case '&>>':
      obstacles.add(`"${node.operator}" ${BASH_ONLY}`);
      into.writes.push({ word });
      return;
    case '<':
      into.reads.push({ word });
      return;
    case '>&':
    case '<&':
      if (word.known && /^(\d|-)$/.test(word.text)) return;
      obstacles.add(`"${node.operator}" with a name ${BASH_ONLY}`);
      into.writes.push({ word });
      return;
  }
}
