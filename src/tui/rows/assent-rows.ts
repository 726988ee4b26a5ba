// The second question before a yes that reaches further than once, as rows: how far it reaches, and to exactly what.

import { deviceName } from '../../core/devices.ts';
import type { AssentDialog, RUN_TERMS } from '../model/answer-dialogs.ts';
import type { Model } from '../model/model.ts';
import { findRun } from '../model/select.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { askerOf } from '../words/asking.ts';
import type { DialogRow } from './dialog-row.ts';
import { commandRows } from './request-rows.ts';
import { exactRows, hangingRows, proseRows } from './rows.ts';

interface Known {
  readonly width: number;
  readonly devices: Model['devices'];
  readonly runs: Model['runs'];
  readonly rows: readonly DialogRow[];
}
const known = new WeakMap<AssentDialog['to'], Known>();

export function assentRows(model: Model, dialog: AssentDialog, width: number): readonly DialogRow[] {
  const { devices, runs } = model;
  const last = known.get(dialog.to);
  if (last !== undefined && last.width === width && last.devices === devices && last.runs === runs) return last.rows;
  const rows = makeRows(model, dialog, width);
  known.set(dialog.to, { width, devices, runs, rows });
  return rows;
}

function makeRows(model: Model, { approval, to }: AssentDialog, width: number): DialogRow[] {
  const device = sanitizeLine(deviceName(model, approval.device));
  const prose = (text: string, style: DialogRow['style'] = 'text'): DialogRow[] =>
    proseRows(text, width).map((row) => ({ style, text: row }));
  const blank: DialogRow = { style: 'blank', text: '' };
  switch (to.type) {
    case 'for-run':
      return [
        { style: 'choices', text: termWords(to.term) },
        blank,
        ...prose(
          `${device} runs this, and for that time does not ask again if the same request comes back before it starts, as when a secret or the environment changed; a changed program or file always asks anew:`,
        ),
        ...commandRows(approval.payload.command, width),
      ];
    case 'always':
      if (to.proposed === undefined) return prose(`asking ${device} for the rule…`);
      return [
        ...prose(`${device} keeps this rule. From then on what it matches runs there without asking:`, 'who'),
        ...to.proposed.toml
          .trimEnd()
          .split('\n')
          .flatMap((line) => exactRows(line, width))
          .map((text): DialogRow => ({ style: 'command', text })),
        blank,
        ...prose('And this runs now:'),
        ...commandRows(approval.payload.command, width),
      ];
    case 'alike':
      return [
        ...prose(`${to.requests.length} requests are the same but for run and device:`, 'who'),
        ...to.requests.flatMap((request) => {
          const run = findRun(model, request.runId);
          const which = run === undefined ? request.runId : `run ${run.number}, for ${askerOf(model, run)}`;
          return hangingRows(
            `- ${sanitizeLine(deviceName(model, request.device))}: ${sanitizeLine(which)}`,
            width,
            2,
          ).map((text): DialogRow => ({ style: 'text', text }));
        }),
        blank,
        ...prose('Each of them runs:'),
        ...commandRows(approval.payload.command, width),
      ];
  }
}

const TERM_NAMES = ['5 min', '15 min', '1 h'] as const satisfies { length: typeof RUN_TERMS.length };

const termWords = (term: number): string =>
  `for  ${TERM_NAMES.map((name, index) => (index === term ? `[${name}]` : ` ${name} `)).join(' ')}`;
