/** `dispatch completion`: a script for the shell, made from the table of commands. */

import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import type { CommandOutline } from '../context.ts';

export const command: Command = {
  usage: 'completion bash | zsh | fish',
  summary: 'Print completion for a shell.',
  options: {},
  examples: [
    'source <(dispatch completion bash)',
    'dispatch completion fish > ~/.config/fish/completions/dispatch.fish',
  ],
  completes: ['bash', 'zsh', 'fish'],
  maxArguments: 1,
  async run(context, args) {
    const [shell] = args.positionals;
    const table = await context.commands();
    const make = { bash, zsh, fish }[shell as 'bash' | 'zsh' | 'fish'];
    if (make === undefined)
      throw new DispatchError('usage', `completion ${shell ?? ''}: expected bash, zsh or fish`, {
        hint: 'dispatch completion --help',
      });
    context.stdout.write(make(table));
    return 0;
  },
};

type Row = CommandOutline;

function optionsOf({ options }: Row): string[] {
  return options.map((name) => `--${name}`);
}

function wordsOf({ completes }: Row): readonly string[] {
  return Array.isArray(completes) ? completes : [];
}

/** Shell text that prints the names of the devices, one a line. */
const DEVICES = "dispatch devices 2>/dev/null | awk '/^[^ ]/{print $2}'";

/** Shell text that prints the candidates of a dynamic argument, one a line; undefined where there are none. */
function candidates({ completes }: Row): string | undefined {
  if (completes === 'runs') return "dispatch ps --all -n 20 2>/dev/null | awk '{print $2}'";
  if (completes === 'approvals') return "dispatch approvals 2>/dev/null | awk '/^⚠/{print $4}'";
  if (completes === 'artifacts') return "dispatch artifacts -n 20 2>/dev/null | awk '{print $1}'";
  if (completes === 'devices') return DEVICES;
  return undefined;
}

function bash(rows: readonly Row[]): string {
  const cases = rows.map((row) => {
    const dynamic = candidates(row);
    const words = [...wordsOf(row), ...optionsOf(row)].join(' ');
    return `    ${row.name}) words="${words}"${dynamic === undefined ? '' : `; [[ $current == -* ]] || words="$(${dynamic})"`} ;;`;
  });
  return `# dispatch completion for bash
_dispatch() {
  local current="\${2-\${COMP_WORDS[COMP_CWORD]}}" words="" before="\${COMP_WORDS[COMP_CWORD-1]}" head=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${rows.map(({ name }) => name).join(' ')}" -- "$current"))
    return
  fi
  # To bash @ is a word of its own, and yet part of the one that is completed.
  if [ "$before" = @ ]; then before="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [ "$before" = --on ]; then
    head="\${current%"\${current##*,}"}"
    words="$(${DEVICES})"
    [ -n "$head" ] || words="$words @all"
  elif [[ $current == @* ]]; then
    head=@ words="$(${DEVICES}) all"
  fi
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -P "$head" -W "$words" -- "\${current#"$head"}"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _dispatch dispatch
`;
}

function zsh(rows: readonly Row[]): string {
  const commands = rows.map(({ name, summary }) => `    '${name}:${summary.replaceAll("'", "'\\''")}'`);
  const cases = rows.map((row) => {
    const dynamic = candidates(row);
    const words = [...wordsOf(row), ...optionsOf(row)].join(' ');
    return `    ${row.name}) compadd -- ${words}${dynamic === undefined ? '' : `; compadd -- \${(f)"$(${dynamic})"}`}; _files ;;`;
  });
  return `#compdef dispatch
_dispatch() {
  local -a commands
  commands=(
${commands.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  if [[ \${words[CURRENT-1]} == --on || \${words[CURRENT]} == @* ]]; then
    compset -P '*[,@]'
    compadd -- \${(f)"$(${DEVICES})"}
    if [[ $IPREFIX == *@ ]]; then compadd -- all; else compadd -- @all; fi
    return
  fi
  case "\${words[2]}" in
${cases.join('\n')}
  esac
}
compdef _dispatch dispatch
`;
}

function fish(rows: readonly Row[]): string {
  const lines = rows.flatMap((row) => {
    const here = `complete -c dispatch -n '__fish_seen_subcommand_from ${row.name}'`;
    const dynamic = candidates(row);
    return [
      `complete -c dispatch -n __fish_use_subcommand -f -a ${row.name} -d '${row.summary.replaceAll("'", "\\'")}'`,
      ...optionsOf(row).map((option) => `${here} -l ${option.slice(2)}`),
      ...wordsOf(row).map((word) => `${here} -f -a ${word}`),
      ...(dynamic === undefined ? [] : [`${here} -f -a ${quoted(`(${dynamic})`)}`]),
    ];
  });
  const targets = [
    `complete -c dispatch -n '__fish_seen_subcommand_from run' -l on -x -a ${quoted(`(${DEVICES}; echo @all)`)}`,
    `complete -c dispatch -n 'string match -q "@*" -- (commandline -ct)' -f -a ${quoted(`(${DEVICES} | sed s/^/@/; echo @all)`)}`,
  ];
  return `# dispatch completion for fish\n${[...lines, ...targets].join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
