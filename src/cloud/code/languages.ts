/** The languages that can be run: what people call them, and which programs and interpreters there are for each. */

import type { Interpreted } from './runner-messages.ts';

export interface Language {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Names of programs of the machine that run it, the first that works. */
  readonly programs: readonly string[];
  /** Between the program and the name of the source file. */
  readonly args?: readonly string[];
  /** How the source file is called. */
  readonly file: string;
  /** Without a program of the machine. */
  readonly interpreted?: Interpreted;
}

export const LANGUAGES: readonly Language[] = [
  {
    name: 'javascript',
    aliases: ['js', 'ecmascript', 'quickjs'],
    programs: [],
    file: 'main.js',
    interpreted: 'javascript',
  },
  { name: 'typescript', aliases: ['ts'], programs: [], file: 'main.ts', interpreted: 'typescript' },
  { name: 'python', aliases: ['py', 'python3'], programs: ['python3'], file: 'main.py', interpreted: 'python' },
  { name: 'python-wasm', aliases: [], programs: [], file: 'main.py', interpreted: 'python' },
  { name: 'bash', aliases: [], programs: ['bash'], file: 'main.sh', interpreted: 'bash' },
  { name: 'sh', aliases: ['shell'], programs: ['sh'], file: 'main.sh', interpreted: 'bash' },
  { name: 'bash-wasm', aliases: [], programs: [], file: 'main.sh', interpreted: 'bash' },
  { name: 'node', aliases: ['nodejs'], programs: ['node'], file: 'main.js' },
  { name: 'ruby', aliases: ['rb'], programs: ['ruby'], file: 'main.rb' },
  { name: 'perl', aliases: ['pl'], programs: ['perl'], file: 'main.pl' },
  { name: 'php', aliases: [], programs: ['php'], file: 'main.php' },
  { name: 'lua', aliases: [], programs: ['lua', 'lua5.4', 'lua5.3', 'luajit'], file: 'main.lua' },
  { name: 'r', aliases: ['rscript'], programs: ['Rscript'], file: 'main.R' },
  { name: 'tcl', aliases: ['tclsh'], programs: ['tclsh'], file: 'main.tcl' },
  { name: 'guile', aliases: ['scheme'], programs: ['guile'], args: ['--no-auto-compile'], file: 'main.scm' },
  { name: 'julia', aliases: ['jl'], programs: ['julia'], file: 'main.jl' },
];

export function findLanguage(called: string): Language | undefined {
  const wanted = called.toLowerCase();
  return LANGUAGES.find(({ name, aliases }) => name === wanted || aliases.includes(wanted));
}
