/** `dispatch code`: a program that runs in a sandbox, or wherever a connector runs it. */

import { basename, extname } from 'node:path';
import type { CodeFile } from '../../core/cloud.ts';
import { DispatchError } from '../../core/errors.ts';
import type { Arguments, Command } from '../command.ts';
import type { CliContext } from '../context.ts';
import { SAVE_OPTION, tellArtifacts } from '../list-artifacts.ts';
import { readSource } from '../read-source.ts';
import { ON_OPTION, SUBMIT_OPTIONS, submitAction } from '../submit-action.ts';

const TIMEOUT_MAX_S = 600;

/** What the ending of a file says of its language. */
const BY_ENDING: Readonly<Record<string, string>> = {
  '.py': 'python',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.ts': 'typescript',
  '.sh': 'bash',
  '.bash': 'bash',
  '.rb': 'ruby',
  '.pl': 'perl',
  '.php': 'php',
  '.lua': 'lua',
  '.go': 'go',
  '.rs': 'rust',
  '.c': 'c',
  '.cpp': 'c++',
  '.java': 'java',
  '.r': 'r',
};

export const command: Command = {
  usage: 'code --lang L [--connector C] [FILE | -]',
  summary: 'Run a program in a sandbox, away from your files, and bring back what it prints and leaves.',
  details: [
    'With nothing configured it runs in a sandbox of this device that sees no files and no network but what is given with',
    '--file. docs/CONNECTORS.md tells how to send it elsewhere. Without --lang the ending of the file says it.',
  ].join('\n'),
  options: {
    lang: { type: 'string', short: 'l', value: 'L', help: 'the language: python, javascript, bash, …' },
    connector: { type: 'string', short: 'c', value: 'C', help: 'which (default: the one of config.toml)' },
    file: { type: 'string', short: 'f', value: 'FILE', multiple: true, help: 'a file that it finds in its folder' },
    stdin: { type: 'string', value: 'FILE', help: 'its standard input; "-" is that of this command' },
    on: { ...ON_OPTION, help: 'the device whose connector runs it (default: this device)' },
    output: SAVE_OPTION,
    ...SUBMIT_OPTIONS,
  },
  examples: [
    "echo 'print(6*7)' | dispatch code --lang python -",
    'dispatch code analyse.py --file data.csv -o results/',
    'dispatch code --lang javascript --stdin numbers.txt sum.js',
  ],
  maxArguments: 1,
  async run(context, args) {
    const [file = '-'] = [...args.positionals, ...(args.rest ?? [])];
    const language = languageOf(args, file);
    const source = (await sourceOf(context, args, file)).toString('utf8');
    if (source.trim() === '') throw new DispatchError('usage', 'there is no program', { hint: 'dispatch code --help' });
    const input = args.text('stdin');
    const stdin = input === undefined ? undefined : (await readSource(input, context.stdin)).toString('utf8');
    const files = await filesOf(context, args);
    const connector = args.text('connector');
    const timeout = args.number('timeout', { min: 1, max: TIMEOUT_MAX_S });
    return submitAction(
      context,
      args,
      {
        task: `/code ${language} ${file === '-' ? source.trim() : basename(file)}`,
        action: {
          kind: 'code',
          language,
          source,
          ...(stdin === undefined ? {} : { stdin }),
          ...(files.length === 0 ? {} : { files }),
          ...(connector === undefined ? {} : { connector }),
          ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
        },
        device: args.text('on')?.replace(/^@/, ''),
      },
      (run) => tellArtifacts(context, args, run),
    );
  },
};

function languageOf(args: Arguments, file: string): string {
  const named = args.text('lang') ?? BY_ENDING[extname(file).toLowerCase()];
  if (named !== undefined) return named.toLowerCase();
  throw new DispatchError('usage', 'it is not said which language it is in', {
    hint: 'say it with --lang, such as --lang python',
  });
}

async function sourceOf(context: CliContext, args: Arguments, file: string): Promise<Buffer> {
  if (file === '-' && args.text('stdin') === '-') {
    throw new DispatchError('usage', 'standard input is either the program or its input', {
      hint: 'name a file for one of them',
    });
  }
  if (args.list('file').includes('-')) {
    throw new DispatchError('usage', '--file -: a file has a name, and standard input has none', {
      hint: 'name a file; --stdin - gives standard input to a program that is in a file',
    });
  }
  if (file === '-' && context.stdin.isTTY) {
    throw new DispatchError('usage', 'there is no program', {
      hint: 'name a file, or pipe one in: echo "print(6*7)" | dispatch code --lang python -',
    });
  }
  return readSource(file, context.stdin);
}

/** Throws `usage` where two would be the same in its folder. */
async function filesOf(context: CliContext, args: Arguments): Promise<readonly CodeFile[]> {
  const files: CodeFile[] = [];
  for (const path of args.list('file')) {
    const same = files.find(({ name }) => name === basename(path));
    if (same !== undefined)
      throw new DispatchError('usage', `--file ${path}: there is a file "${same.name}" already`, {
        hint: 'it finds files by their names alone: give one of them another',
      });
    const content = await readSource(path, context.stdin);
    files.push({ name: basename(path), content: content.toString('base64'), base64: true });
  }
  return files;
}
