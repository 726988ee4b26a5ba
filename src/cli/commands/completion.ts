/** `dispatch completion`: a script for the shell, made from the table of commands. */

import { DispatchError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import type { CommandOutline, Completed } from '../context.ts';

export const command: Command = {
  usage: 'completion bash | zsh | fish | place WORD',
  summary: 'Print completion for a shell.',
  details: '"place WORD" is what the scripts ask with: places that go on from WORD, one a line, of paired devices.',
  options: {},
  examples: [
    'source <(dispatch completion bash)',
    'dispatch completion fish > ~/.config/fish/completions/dispatch.fish',
  ],
  completes: ['bash', 'zsh', 'fish'],
  maxArguments: 2,
  async run(context, args) {
    const [shell, word] = args.positionals;
    if (shell === 'place') return (await import('../complete-place.ts')).printPlaces(context, word ?? '');
    if (word !== undefined)
      throw new DispatchError('usage', `"${word}" is too much`, { hint: 'dispatch completion --help' });
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

function wordsOf(completes: Completed | undefined): readonly string[] {
  return typeof completes === 'string' ? [] : (completes ?? []);
}

/** Shell text that prints the names of the devices, one a line. */
const DEVICES = "dispatch devices 2>/dev/null | awk '/^[^ ]/{print $2}'";

/** Shell text that prints the candidates of a dynamic argument, one a line; undefined where there are none. */
function candidates(completes: Completed | undefined): string | undefined {
  if (completes === 'runs') return "dispatch ps --all -n 20 2>/dev/null | awk '{print $2}'";
  if (completes === 'approvals') return "dispatch approvals 2>/dev/null | awk '/^⚠/{print $4}'";
  if (completes === 'artifacts') return "dispatch artifacts -n 20 2>/dev/null | awk '{print $1}'";
  if (completes === 'devices') return DEVICES;
  // Only the owner's own, which come first.
  if (completes === 'rules') return "dispatch policy list 2>/dev/null | awk '/^Built/{exit} /^  /{print $2}'";
  return undefined;
}

/** What follows a first word of a command, as `[word, words, shell text of candidates]`. */
function following({ completesAfter = {} }: Row): [string, readonly string[], string | undefined][] {
  return Object.entries(completesAfter)
    .filter(([, next]) => next !== 'places')
    .map(([word, next]) => [word, wordsOf(next), candidates(next)]);
}

/** The first words of a command that places follow, as a pattern of a shell's `case`; undefined where there are none. */
function placed({ completesAfter = {} }: Row): string | undefined {
  const words = Object.entries(completesAfter).flatMap(([word, next]) => (next === 'places' ? [word] : []));
  return words.length === 0 ? undefined : words.join('|');
}

/** The words that values of options can be: an option of one name takes the same ones everywhere. */
function valuesOf(rows: readonly Row[]): [string, readonly string[]][] {
  const all = new Map<string, Set<string>>();
  for (const { values } of rows) {
    for (const [option, words] of Object.entries(values))
      all.set(option, new Set([...(all.get(option) ?? []), ...words]));
  }
  return [...all].map(([option, words]) => [option, [...words]]);
}

/**
 * Places on devices. To bash a colon ends a word, so that what stands before it is no part of what is completed; and what is completed is
 * shell text, with its blanks behind backslashes.
 */
const BASH_PLACES = `_dispatch_places() {
  local whole="\${COMP_WORDS[COMP_CWORD]}" cut="" one
  if [ "$whole" = : ]; then whole="\${COMP_WORDS[COMP_CWORD-1]}:"
  elif [ "\${COMP_WORDS[COMP_CWORD-1]}" = : ]; then whole="\${COMP_WORDS[COMP_CWORD-2]}:$whole"
  fi
  case "$COMP_WORDBREAKS" in *:*) cut="\${whole%"\${whole##*:}"}" ;; esac
  COMPREPLY=()
  while IFS= read -r one; do
    printf -v one %q "\${one#"$cut"}"
    case "$one" in "\\\\~"*) one="\${one:1}" ;; esac
    COMPREPLY+=("$one")
  done < <(dispatch completion place "\${whole//\\\\/}" 2>/dev/null)
  [ "\${#COMPREPLY[@]}" -gt 0 ] || return 0
  if [[ \${COMPREPLY[0]} == *[/:] ]]; then compopt -o nospace 2>/dev/null || :; fi
  [[ $whole != *:* ]] || return 0
  while IFS= read -r one; do
    [ ! -d "$one" ] || one="$one/"
    printf -v one %q "$one"
    COMPREPLY+=("$one")
  done < <(compgen -f -- "\${whole//\\\\/}")
}
`;

function bash(rows: readonly Row[]): string {
  const cases = rows.map((row) => {
    const dynamic = candidates(row.completes);
    const words = [...wordsOf(row.completes), ...optionsOf(row)].join(' ');
    const after = following(row).map(([word, next, found]) => {
      const offered = `${next.join(' ')}${found === undefined ? '' : `$(${found})`}`;
      return `${word}) [[ $current == -* ]] || words="${offered}" ;;`;
    });
    const places = placed(row);
    if (places !== undefined) after.push(`${places}) [[ $current == -* ]] || { _dispatch_places; return; } ;;`);
    const next =
      after.length === 0 ? '' : `; [ "$COMP_CWORD" -eq 2 ] || case "\${COMP_WORDS[2]}" in ${after.join(' ')} esac`;
    return `    ${row.name}) words="${words}"${dynamic === undefined ? '' : `; [[ $current == -* ]] || words="$(${dynamic})"`}${next} ;;`;
  });
  const values = valuesOf(rows).map(([option, words]) => `    --${option}) words="${words.join(' ')}" ;;`);
  return `# dispatch completion for bash
${BASH_PLACES}_dispatch() {
  local current="\${2-\${COMP_WORDS[COMP_CWORD]}}" words="" before="\${COMP_WORDS[COMP_CWORD-1]}" head="" whole
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
  case "$before" in
${values.join('\n')}
  esac
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -P "$head" -W "$words" -- "\${current#"$head"}"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  # Nor is what stands around = a word to us.
  whole="$current"
  if [ "$current" = = ]; then whole="$before="
  elif [ "$before" = = ]; then whole="\${COMP_WORDS[COMP_CWORD-2]}=$current"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$whole"))
  [ "$whole" = "$current" ] || COMPREPLY=("\${COMPREPLY[@]#*=}")
}
complete -o default -F _dispatch dispatch
`;
}

function zsh(rows: readonly Row[]): string {
  const commands = rows.map(({ name, summary }) => `    '${name}:${summary.replaceAll("'", "'\\''")}'`);
  const cases = rows.map((row) => {
    const dynamic = candidates(row.completes);
    const words = [...wordsOf(row.completes), ...optionsOf(row)].join(' ');
    const after = following(row).map(([word, next, found]) => {
      const listed = next.length === 0 ? [] : [`compadd -- ${next.join(' ')}`];
      return `${word}) ${[...listed, ...(found === undefined ? [] : [`compadd -- \${(f)"$(${found})"}`])].join('; ') || ':'} ;;`;
    });
    const places = placed(row);
    if (places !== undefined) after.push(`${places}) _dispatch_places ;;`);
    const next = after.length === 0 ? '' : `; (( CURRENT == 3 )) || case "\${words[3]}" in ${after.join(' ')} esac`;
    return `    ${row.name}) compadd -- ${words}${dynamic === undefined ? '' : `; compadd -- \${(f)"$(${dynamic})"}`}${next}; _files ;;`;
  });
  const values = valuesOf(rows).map(([option, words]) => `    --${option}) compadd -- ${words.join(' ')}; return ;;`);
  return `#compdef dispatch
_dispatch_places() {
  compadd -S '' -- \${(f)"$(dispatch completion place "\${(Q)words[CURRENT]}" 2>/dev/null)"}
}
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
  case "\${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "\${words[2]}" in
${cases.join('\n')}
  esac
}
compdef _dispatch dispatch
`;
}

function fish(rows: readonly Row[]): string {
  const lines = rows.flatMap((row) => {
    const seen = `__fish_seen_subcommand_from ${row.name}`;
    const here = `complete -c dispatch -n '${seen}'`;
    const dynamic = candidates(row.completes);
    const places = placed(row);
    const after = following(row).flatMap(([word, next, found]) => {
      const there = `complete -c dispatch -n '${seen}; and __fish_seen_subcommand_from ${word}' -f -a`;
      return [
        ...next.map((one) => `${there} ${one}`),
        ...(found === undefined ? [] : [`${there} ${quoted(`(${found})`)}`]),
      ];
    });
    return [
      `complete -c dispatch -n __fish_use_subcommand -f -a ${row.name} -d '${row.summary.replaceAll("'", "\\'")}'`,
      ...optionsOf(row).map((option) => {
        const words = row.values[option.slice(2)];
        return `${here} -l ${option.slice(2)}${words === undefined ? '' : ` -x -a ${quoted(words.join(' '))}`}`;
      }),
      ...wordsOf(row.completes).map((word) => `${here} -f -a ${word}`),
      ...after,
      ...(places === undefined
        ? []
        : [
            `complete -c dispatch -n '${seen}; and __fish_seen_subcommand_from ${places.replaceAll('|', ' ')}' -a ${quoted('(dispatch completion place (commandline -ct) 2>/dev/null)')}`,
          ]),
      ...(dynamic === undefined ? [] : [`${here} -f -a ${quoted(`(${dynamic})`)}`]),
    ];
  });
  const targets = [
    `complete -c dispatch -n '__fish_seen_subcommand_from run reroute' -l on -x -a ${quoted(`(${DEVICES}; echo @all)`)}`,
    `complete -c dispatch -n 'string match -q "@*" -- (commandline -ct)' -f -a ${quoted(`(${DEVICES} | sed s/^/@/; echo @all)`)}`,
  ];
  return `# dispatch completion for fish\n${[...lines, ...targets].join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
