/** What a peer accepts as operations on files, steps of a browser and steps on a screen, with a bound on everything. */

import * as z from 'zod';
import { BROWSER_TOOLS, type BrowserStep, type BrowserTool } from '../core/browser.ts';
import { type Attachment, areOneTree, type CodeFile, isInnerName } from '../core/cloud.ts';
import type { DesktopStep } from '../core/desktop.ts';
import type { FileOperation } from '../core/files.ts';
import { type ArtifactId, type DeviceId, ID_PATTERN, type RunId } from '../core/ids.ts';

const TEXT_MAX = 2 ** 20;
/** Base64 of 8 MiB; larger files are transferred. */
const CONTENT_MAX = 12 * 2 ** 20;
const PATH_MAX = 4096;
const STEPS_MAX = 200;
const EDITS_MAX = 1000;
/** Of a parameter of a step, as JSON. */
const PARAMS_MAX = 2 ** 20;
const SCREEN_MAX = 100_000;
const WAIT_MAX_MS = 100_000;

const text = z.string().max(TEXT_MAX);
const path = z
  .string()
  .min(1)
  .max(PATH_MAX)
  .refine((value) => !value.includes('\0'), 'it holds a NUL character, which no path can');
const yes = z.exactOptional(z.literal(true));
const whole = z.int().min(0);
const form = z.exactOptional(z.enum(['text', 'json']));
const list = <T extends z.ZodType>(item: T, most: number) => z.array(item).min(1).max(most);
export const runId = z.string().regex(ID_PATTERN, 'expected an id') as unknown as z.ZodType<RunId, RunId>;
const artifactId = z.string().regex(ID_PATTERN, 'expected an id') as unknown as z.ZodType<ArtifactId, ArtifactId>;
const deviceId = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{8,128}$/, 'expected a peer id') as unknown as z.ZodType<
  DeviceId,
  DeviceId
>;
/** A last name, and no way out of the folder that it is put into. */
const baseName = z
  .string()
  .min(1)
  .max(255)
  .refine(
    (name) => !/[/\0]/.test(name) && name !== '.' && name !== '..',
    'expected the name of a file, without folders',
  );

const operation = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('list'),
    path,
    hidden: yes,
    sort: z.exactOptional(z.enum(['name', 'size', 'time'])),
    as: form,
  }),
  z.strictObject({ op: z.literal('stat'), path, as: form }),
  z.strictObject({
    op: z.literal('read'),
    path,
    offset: z.exactOptional(whole),
    length: z.exactOptional(whole),
    as: z.exactOptional(z.enum(['auto', 'text', 'bytes', 'artifact'])),
  }),
  z.strictObject({
    op: z.literal('search'),
    path,
    names: z.exactOptional(list(z.string().min(1).max(PATH_MAX), 100)),
    content: z.exactOptional(z.string().min(1).max(PATH_MAX)),
    regex: yes,
    ignoreCase: yes,
    hidden: yes,
    limit: z.exactOptional(z.int().min(1).max(1_000_000)),
    as: form,
  }),
  z.strictObject({
    op: z.literal('write'),
    path,
    content: z.string().max(CONTENT_MAX),
    base64: yes,
    mode: z.exactOptional(z.enum(['create', 'replace', 'append'])),
    replaces: z.exactOptional(z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal digits')),
  }),
  z.strictObject({
    op: z.literal('edit'),
    path,
    replace: z.exactOptional(list(z.strictObject({ find: text.min(1), with: text, all: yes }), EDITS_MAX)),
    diff: z.exactOptional(text.min(1)),
  }),
  z.strictObject({ op: z.literal('move'), from: path, to: path, overwrite: yes }),
  z.strictObject({ op: z.literal('copy'), from: path, to: path, overwrite: yes }),
  z.strictObject({ op: z.literal('delete'), path, recursive: yes }),
  z.strictObject({ op: z.literal('make-folder'), path, parents: yes }),
  z.strictObject({ op: z.literal('send'), path, to: deviceId }),
  z.strictObject({
    op: z.literal('receive'),
    path,
    from: z.strictObject({ device: deviceId, run: runId, name: baseName }),
    overwrite: yes,
  }),
  z.strictObject({ op: z.literal('undo'), run: runId }),
]);
export const fileOperation = operation as unknown as z.ZodType<FileOperation, FileOperation>;

const tools = Object.keys(BROWSER_TOOLS) as [BrowserTool, ...BrowserTool[]];
export const browserStep = z.strictObject({
  tool: z.enum(tools),
  params: z
    .record(z.string().max(200), z.json())
    .refine((params) => JSON.stringify(params).length <= PARAMS_MAX, 'its parameters are longer than 1 MiB'),
}) as unknown as z.ZodType<BrowserStep, BrowserStep>;

const pixel = z.int().min(0).max(SCREEN_MAX);
const point = z.tuple([pixel, pixel]);
const keys = z.string().min(1).max(200);
const held = z.exactOptional(keys);
const elementRef = z.string().min(1).max(200);
const milliseconds = z.int().min(0).max(WAIT_MAX_MS);
const windowName = z.string().min(1).max(1000);
const step = z.discriminatedUnion('action', [
  z.strictObject({ action: z.enum(['screenshot', 'cursor_position', 'list_windows']) }),
  z.strictObject({ action: z.literal('zoom'), region: z.tuple([pixel, pixel, pixel, pixel]) }),
  z.strictObject({ action: z.literal('desktop_snapshot'), window: z.exactOptional(windowName) }),
  z.strictObject({ action: z.literal('wait'), duration: milliseconds }),
  z.strictObject({
    action: z.enum(['left_click', 'right_click', 'middle_click', 'double_click', 'triple_click']),
    coordinate: z.exactOptional(point),
    ref: z.exactOptional(elementRef),
    text: held,
  }),
  z.strictObject({ action: z.literal('mouse_move'), coordinate: point }),
  z.strictObject({ action: z.enum(['left_mouse_down', 'left_mouse_up']), coordinate: z.exactOptional(point) }),
  z.strictObject({ action: z.literal('left_click_drag'), start_coordinate: point, coordinate: point, text: held }),
  z.strictObject({
    action: z.literal('scroll'),
    coordinate: point,
    scroll_direction: z.enum(['up', 'down', 'left', 'right']),
    scroll_amount: z.int().min(0).max(1000),
    text: held,
  }),
  z.strictObject({ action: z.literal('type'), text: z.string().min(1).max(100_000) }),
  z.strictObject({ action: z.literal('key'), text: keys }),
  z.strictObject({ action: z.literal('hold_key'), text: keys, duration: milliseconds }),
  z.strictObject({ action: z.literal('set_value'), ref: elementRef, value: z.string().max(100_000) }),
  z.strictObject({ action: z.literal('activate_window'), window: windowName }),
]);
export const desktopStep = step as unknown as z.ZodType<DesktopStep, DesktopStep>;

export const steps = <T>(one: z.ZodType<T, T>) =>
  z.array(one).min(1).max(STEPS_MAX) as unknown as z.ZodType<readonly T[], readonly T[]>;

/** Of all that goes along with one question or program, as base64 or text. */
const ALONG_MAX = 12 * 2 ** 20;

const attachment = z.union([
  z.strictObject({ artifact: artifactId, name: z.string().min(1).max(4200) }),
  z.strictObject({ name: z.string().min(1).max(255), content: z.base64().max(ALONG_MAX) }),
]);
export const attachments = z
  .array(attachment)
  .max(50)
  .refine(
    (all) => all.reduce((sum, each) => sum + ('content' in each ? each.content.length : 0), 0) <= ALONG_MAX,
    'what goes along has more than 9 MiB',
  ) as unknown as z.ZodType<readonly Attachment[], readonly Attachment[]>;

const codeFile = z.strictObject({
  name: z.string().refine(isInnerName, 'expected a relative path, without ".."'),
  content: z.string().max(ALONG_MAX),
  base64: yes,
});
export const codeFiles = z
  .array(codeFile)
  .max(100)
  .refine(
    (all) => all.reduce((sum, { content }) => sum + content.length, 0) <= ALONG_MAX,
    'the files have more than 12 MiB in all',
  )
  .refine(areOneTree, 'expected each name once, and none that is a folder of another') as unknown as z.ZodType<
  readonly CodeFile[],
  readonly CodeFile[]
>;

export const transferEnd = z.union([
  z.strictObject({ ok: z.literal(true), entries: whole, bytes: whole }),
  z.strictObject({ ok: z.literal(false), message: z.string().max(10_000) }),
]);

export const completions = z.array(z.object({ name: z.string().max(255), folder: z.boolean() })).max(1000);

export const progress = z.object({
  text: z.string().max(1000),
  step: z.exactOptional(whole),
  steps: z.exactOptional(whole),
  bytes: z.exactOptional(whole),
  totalBytes: z.exactOptional(whole),
});
