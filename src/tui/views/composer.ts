// Where tasks are typed: the prompt with the text, the row that says where it will go, the list of completions, and the
// strip that says that something waits.

import { deviceName } from '../../core/devices.ts';
import type { GateAnswer } from '../../core/policy/gate.ts';
import type { RouteAnswer } from '../../core/routing/route-answer.ts';
import { keyOf } from '../keys/keymap.ts';
import type { ComposerHint } from '../model/model.ts';
import { composerWidth, layoutOf, PROMPT_WIDTH } from '../rows/geometry.ts';
import type { Rect } from '../terminal/cells.ts';
import { layoutEditor } from '../terminal/editor.ts';
import { bold, type StyleName } from '../terminal/theme.ts';
import { stringWidth } from '../terminal/width.ts';
import { canBeAsked } from '../update/hint.ts';
import { countCharacters } from '../words/format.ts';
import { leftOutWords } from '../words/left-out.ts';
import { mayAnswer } from '../words/presence.ts';
import { inPanes } from './nothing.ts';
import { clip, onGround, own, type Paint, type Span, select, write, writeRow } from './paint.ts';
import { timeLeft } from './sides.ts';
import { waitingSpans } from './waiting.ts';

const PLACEHOLDER = 'type !command, ?question, or /help';

export function drawComposer(paint: Paint, rect: Rect): void {
  const { model, grid, glyphs } = paint;
  const { editor } = model.composer;
  const focused = model.focus === 'composer' && model.overlays.length === 0;
  grid.write(rect.x + 1, rect.y, glyphs.prompt, focused ? bold(paint.style('accent')) : paint.style('muted'), 1);
  const { lines, cursor, scrolled } = layoutEditor(editor, composerWidth(model), rect.height);
  const x = rect.x + PROMPT_WIDTH;
  if (editor.text === '') {
    const text = focused ? PLACEHOLDER : `${keyOf('pane.compose')} types a task: ${PLACEHOLDER.slice(5)}`;
    write(
      paint,
      x,
      rect.y,
      [[clip(paint, text, rect.width - PROMPT_WIDTH - 1), paint.style('placeholder')]],
      rect.width,
    );
  }
  const attr = paint.style(focused ? 'input' : 'muted');
  lines.forEach((line, index) => {
    grid.write(x, rect.y + index, line, attr, composerWidth(model));
  });
  if (scrolled > 0) grid.write(rect.x, rect.y, glyphs.up, paint.style('muted'));
  if (focused) grid.cursor = { x: x + cursor.x, y: rect.y + cursor.y };
}

/** Under the text: what became of the last one, else where this one will go. */
export function drawHint(paint: Paint, rect: Rect): void {
  const spans = composerState(paint) ?? hintSpans(paint, paint.model.composer.hint);
  write(paint, rect.x + PROMPT_WIDTH, rect.y, spans, rect.width - PROMPT_WIDTH - 1);
}

/** A text that failed, or is on its way; undefined if there is nothing to tell. */
export function composerState(paint: Paint): Span[] | undefined {
  const { failed, sending, waiting, editor } = paint.model.composer;
  if (failed !== undefined) {
    return [
      [`${paint.glyphs.failed} not sent: `, paint.style('error')],
      [clip(paint, failed.message, 200), paint.style('text')],
      [`  ${keyOf('composer.send')} tries again`, paint.style('muted')],
    ];
  }
  if (sending === 0) return editor.text === '' ? waitingSpans(paint, waiting) : undefined;
  return [[own(paint, sending === 1 ? 'sending…' : `sending ${sending}…`), paint.style('info')]];
}

const VERDICTS = {
  allow: { text: 'runs at once', style: 'success' },
  ask: { text: 'will ask', style: 'warning' },
  deny: { text: 'refused', style: 'error' },
} as const satisfies Record<string, { text: string; style: StyleName }>;

/** Of a file that is to be edited: what comes of reading it. */
const EDITED = { allow: 'opens your editor', ask: 'will ask before it reads', deny: 'refused' } as const;

function hintSpans(paint: Paint, hint: ComposerHint): Span[] {
  const muted = paint.style('muted');
  const text = paint.style('text');
  switch (hint.kind) {
    case 'empty':
      return [];
    case 'refused':
      if (hint.choices !== undefined) {
        return [
          ['which? ', paint.style('warning')],
          [clip(paint, hint.choices.join(' '), 120), paint.style('accent')],
          [`  ${clip(paint, hint.reason, 200)}`, muted],
        ];
      }
      return [
        [`${paint.glyphs.failed} `, paint.style('error')],
        [clip(paint, hint.reason, 200), text],
        ...(hint.hint === undefined ? [] : [[`  ${clip(paint, hint.hint, 200)}`, muted] as Span]),
      ];
    case 'command':
      return [
        [clip(paint, hint.usage, 80), paint.style('accent')],
        [`  ${clip(paint, hint.help, 200)}`, muted],
      ];
    case 'long':
      return [
        ...offlineSpans(paint),
        [countCharacters(hint.length), text],
        ['  where it goes is said once it is sent', muted],
      ];
    case 'route':
      return routeSpans(paint, hint);
  }
}

/** While nobody is there to send it to. */
function offlineSpans(paint: Paint): Span[] {
  if (paint.model.connection.state === 'connected') return [];
  return [
    ['waits until connected', paint.style('warning')],
    [` ${paint.glyphs.separator} `, paint.style('muted')],
  ];
}

/** Where the verdict would be cut off behind the route. */
const isNarrow = ({ model }: Paint): boolean => model.size.width < 60;

function routeSpans(paint: Paint, { answer, gate, leftOut = [] }: Extract<ComposerHint, { kind: 'route' }>): Span[] {
  const muted = paint.style('muted');
  const dot: Span = [` ${paint.glyphs.separator} `, muted];
  const spans: Span[] = [...offlineSpans(paint), [`${paint.glyphs.arrow} `, paint.style('accent')]];
  const verdict = verdictSpans(paint, answer, gate);
  // Where little fits, what happens is what has to be seen.
  if (isNarrow(paint) && verdict.words !== undefined) spans.push(verdict.words, dot);
  spans.push([answer.route, paint.style('text')]);
  if (answer.connector !== undefined) spans.push(dot, [clip(paint, answer.connector, 40), paint.style('text')]);
  // What this device asks a connector says where it goes; the device adds nothing.
  const isCloud = answer.action.kind === 'knowledge' || answer.action.kind === 'code';
  if (!isCloud || answer.devices.some(({ local }) => !local))
    for (const span of deviceSpans(paint, answer)) spans.push(dot, span);
  const does = doesWords(answer);
  if (does !== '') spans.push(dot, [clip(paint, does, 80), paint.style('text')]);
  if (verdict.access !== undefined) spans.push(dot, verdict.access);
  if (!isNarrow(paint) && verdict.words !== undefined) spans.push(dot, verdict.words);
  if (leftOut.length > 0) spans.push(dot, [clip(paint, leftOutWords(leftOut), 200), paint.style('warning')]);
  if (gate === undefined) {
    const why = clip(paint, answer.because.join('; '), 200);
    return why === '' ? spans : [...spans, [`  ${why}`, muted]];
  }
  const why = clip(paint, [...gate.because, ...(gate.hint === undefined ? [] : [gate.hint])].join('; '), 300);
  if (gate.verdict === 'deny') return [...spans, [`: ${why}`, paint.style('text')]];
  return why === '' ? spans : [...spans, [`  ${why}`, muted]];
}

/** Of a question or a program, what is done with it, in a few words; nothing where the route says it all. */
function doesWords({ action, followUp, attach = [] }: RouteAnswer): string {
  if (action.kind === 'code') return `runs ${action.language}`;
  if (action.kind !== 'knowledge') return '';
  const what = action.assistant === true ? 'the assistant' : followUp === true ? 'follows up the last answer' : 'asks';
  return attach.length === 0 ? what : `${what}, with ${attach.map((name) => `+${name}`).join(' ')}`;
}

/** What its device says, and what of the access it keeps; nothing before it has said so. */
function verdictSpans(
  paint: Paint,
  answer: RouteAnswer,
  gate: GateAnswer | undefined,
): { readonly access?: Span; readonly words?: Span } {
  if (gate === undefined) {
    const { devices } = answer;
    if (devices.length === 0 || devices.some(canBeAsked)) return {};
    return {
      words: [
        devices.length === 1 ? 'waits for it, which then decides' : 'they decide when they are back',
        paint.style('warning'),
      ],
    };
  }
  const { style } = VERDICTS[gate.verdict];
  const untold = gate.rule === undefined || gate.verdict === 'deny' || isNarrow(paint);
  const rule = untold ? '' : ` (rule ${clip(paint, gate.rule, 40)})`;
  const words: Span = [`${verdictWords(answer, gate.verdict)}${rule}`, paint.style(style)];
  if (gate.verdict === 'deny' || answer.action.kind !== 'shell') return { words };
  const other = answer.action.access !== gate.access || gate.access === 'full-access';
  return { words, access: [gate.access, paint.style(other ? 'warning' : 'text')] };
}

/** What happens, and when: nothing happens at once on a device that is not there. */
function verdictWords({ devices, edit }: RouteAnswer, verdict: keyof typeof VERDICTS): string {
  const text = edit === undefined ? VERDICTS[verdict].text : EDITED[verdict];
  const away = devices.filter((device) => !canBeAsked(device)).length;
  if (verdict === 'deny' || away === 0) return text;
  return `${text}; ${away === 1 ? '1 decides when it is back' : `${away} decide when they are back`}`;
}

const NAMED_DEVICES = 3;

/** Where it goes: each device by its name, and what is not there marked so. */
function deviceSpans(paint: Paint, { devices }: RouteAnswer): Span[] {
  const named = devices.length > NAMED_DEVICES ? devices.filter(isAway).slice(0, NAMED_DEVICES) : devices;
  const spans = named.map((device): Span => {
    const name = clip(paint, device.name, 24);
    if (device.presence.state === 'offline') return [`${name} offline`, paint.style('warning')];
    return device.presence.state === 'suspect'
      ? [`${name} suspect`, paint.style('warning')]
      : [name, paint.style('text')];
  });
  return devices.length > NAMED_DEVICES ? [[`${devices.length} devices`, paint.style('text')], ...spans] : spans;
}

const isAway = ({ presence }: RouteAnswer['devices'][number]): boolean => presence.state !== 'online';

const MOST_COMPLETIONS = 8;
/** Columns of what is said of each: where there are fewer, nothing is. */
const LEAST_NOTED = 12;
const MOST_NOTED = 60;

/** Over the composer, where the completed word begins. */
export function drawCompletion(outer: Paint): void {
  const { completion } = outer.model.composer;
  if (completion === undefined || completion.items.length === 0) return;
  const paint = onGround(outer, 'dialog');
  const { composer, body } = layoutOf(paint.model);
  const shown = Math.min(MOST_COMPLETIONS, completion.items.length, Math.max(1, body.height - 2));
  const first = Math.max(0, Math.min(completion.selected - Math.floor(shown / 2), completion.items.length - shown));
  const items = completion.items.slice(first, first + shown).map((item) => clip(paint, item, composer.width - 6));
  const named = Math.max(...items.map((item) => stringWidth(item)));
  const room = Math.min(MOST_NOTED, composer.width - named - 6);
  const notes = room < LEAST_NOTED ? [] : (completion.notes ?? []).slice(first, first + shown);
  const told = notes.map((note) => own(paint, clip(paint, note, room)));
  const noted = Math.max(0, ...told.map((note) => stringWidth(note)));
  const width = named + (noted === 0 ? 0 : noted + 2) + 4;
  const column = PROMPT_WIDTH + stringWidth(paint.model.composer.editor.text.slice(0, completion.from)) - 2;
  const rect = {
    x: Math.max(0, Math.min(column, composer.width - width)),
    y: composer.y - shown - 2,
    width,
    height: shown + 2,
  };
  paint.grid.fill(rect, ' ', paint.style('dialog'));
  paint.grid.box(rect, paint.style('dialogBorder'), { border: paint.glyphs.border });
  items.forEach((item, index) => {
    const at = { x: rect.x + 1, y: rect.y + 1 + index, width: width - 2 };
    write(paint, at.x + 1, at.y, [[item, paint.style('text')]], width - 3);
    if (noted > 0) write(paint, at.x + named + 3, at.y, [[told[index] ?? '', paint.style('muted')]], noted);
    if (first + index === completion.selected) select(paint, at);
  });
}

/** One row: something waits, and no pane shows it. */
export function drawStrip(outer: Paint, rect: Rect): void {
  const [approval] = outer.model.approvals;
  if (approval === undefined) return;
  const paint = onGround(outer, 'header');
  const muted = paint.style('muted');
  paint.grid.fill(rect, ' ', paint.style('header'));
  const badge = ` ${paint.glyphs.waiting} ${outer.model.approvals.length} `;
  const used = write(outer, rect.x, rect.y, [[badge, outer.style('badgeWarning')]], rect.width);
  const where = clip(paint, deviceName(paint.model, approval.device), 16);
  const room = { x: rect.x + used + 1, y: rect.y, width: rect.width - used - 2 };
  const named: Span[] = paint.model.devices.length > 1 ? [[`${where}: `, muted]] : [];
  const left: Span[] = [...named, [clip(paint, approval.payload.command, room.width), paint.style('text')]];
  const does = mayAnswer(paint.model, approval) === true ? 'answers' : 'looks';
  writeRow(paint, room, left, [
    [`${inPanes(paint, 'approval.next')} ${does}`, paint.style('accent')],
    ['  ', muted],
    timeLeft(paint, approval),
  ]);
}
