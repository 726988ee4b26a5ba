import { describe, expect, test } from 'vitest';
import type { DesktopStep } from '../../../../../src/core/desktop.ts';
import { socketAddress } from '../../../../../src/routes/desktop/desktop-automation/accessibility/bus-address.ts';
import { createRefs } from '../../../../../src/routes/desktop/desktop-automation/accessibility/refs.ts';
import { problemOf } from '../../../../../src/routes/desktop/desktop-automation/check-steps.ts';
import { findDisplayServer } from '../../../../../src/routes/desktop/desktop-automation/display-server.ts';
import { inputArguments } from '../../../../../src/routes/desktop/desktop-automation/x11/xdotool.ts';

describe('steps that make no sense', () => {
  test.each<[DesktopStep[], string]>([
    [[], 'there are no steps'],
    [[{ action: 'zoom', region: [5, 5, 5, 9] }], 'step 1: the region 5,5,5,9 is empty: it is x0,y0,x1,y1'],
    [[{ action: 'left_click', coordinate: [1, 1], ref: 'e1' }], 'step 1: it names a place and an element: one of them'],
    [
      [{ action: 'screenshot' }, { action: 'type', text: 'a\x1b[2J' }],
      'step 2: the character U+001B cannot be typed; use "key" for keys',
    ],
    [[{ action: 'set_value', ref: 'e1', value: 'a\0' }], 'step 1: a value has no NUL characters'],
    [
      [{ action: 'scroll', coordinate: [1, 1], scroll_direction: 'up', scroll_amount: 1, text: 'no key' }],
      'step 1: there is no key "no key": name keys as xdotool does ("Return", "ctrl+s", "F5", "Page_Down")',
    ],
  ])('%j', (steps, problem) => {
    expect(problemOf(steps)).toBe(problem);
  });

  test('are not those that do', () => {
    expect(problemOf([{ action: 'type', text: 'lines\nand\ttabs 🎉' }, { action: 'left_click' }])).toBeUndefined();
  });
});

describe('what xdotool is told', () => {
  test('holds keys around what is done, and lets go in the other order', () => {
    const input = { kind: 'click', at: [3, 4], button: 'right', times: 2, keys: ['Control_L', 'Shift_L'] } as const;
    expect(inputArguments(input).join(' ')).toBe(
      'mousemove 3 4 keydown Control_L keydown Shift_L click --repeat 2 --delay 40 3 keyup Shift_L keyup Control_L',
    );
  });

  test('drags over points in between, to the very end', () => {
    const args = inputArguments({ kind: 'drag', from: [0, 0], to: [80, 41], keys: [] }).join(' ');
    expect(args).toMatch(/^mousemove 0 0 mousedown 1 sleep 0.05 mousemove 10 5 /);
    expect(args).toMatch(/ mousemove 80 41 sleep 0.01 sleep 0.05 mouseup 1$/);
  });
});

describe('the display server', () => {
  test.each([
    ['linux', { DISPLAY: ':1' }, undefined, 'x11'],
    ['linux', { DISPLAY: ':1', WAYLAND_DISPLAY: 'wayland-0' }, undefined, 'wayland'],
    ['linux', { DISPLAY: ':1', XDG_SESSION_TYPE: 'wayland' }, undefined, 'wayland'],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, ':99', 'x11'],
    ['linux', { DISPLAY: '' }, undefined, 'none'],
    ['freebsd', { DISPLAY: ':0' }, undefined, 'x11'],
    ['darwin', { DISPLAY: '/private/tmp/x:0' }, undefined, 'macos'],
    ['win32', {}, ':0', 'windows'],
  ] as const)('of %s with %j and %s configured', (platform, env, display, kind) => {
    const surroundings = display === undefined ? { platform, env } : { platform, env, display };
    expect(findDisplayServer(surroundings).kind).toBe(kind);
  });
});

describe('a bus', () => {
  test.each([
    ['unix:path=/run/user/1000/bus,guid=1', 'unix:path=/run/user/1000/bus,guid=1'],
    ['unix:abstract=/tmp/dbus-x,guid=1', 'unix:abstract=/tmp/dbus-x,guid=1'],
    ['tcp:host=evil,port=1;unix:path=/a', 'unix:path=/a'],
    ['unixexec:path=/bin/sh,argv1=-c', undefined],
    ['unix:path=relative', undefined],
    ['', undefined],
  ])('at %j', (told, used) => {
    expect(socketAddress(told)).toBe(used);
  });
});

describe('refs', () => {
  const element = (path: string, name = 'Save') => ({
    address: { bus: ':1.5', path },
    role: 'push button',
    name,
    window: {
      id: 1,
      title: '',
      className: '',
      owner: 0,
      kind: 'window' as const,
      bounds: { x: 0, y: 0, width: 1, height: 1 },
      active: false,
    },
  });

  test('stay with their elements, and are never given to others', () => {
    const refs = createRefs();
    expect(refs.remember(element('/1'))).toBe('e1');
    expect(refs.remember(element('/2'))).toBe('e2');
    expect(refs.remember(element('/1'))).toBe('e1');
    expect(refs.remember(element('/1', 'Delete'))).toBe('e3');
    expect(refs.find('e1')?.name).toBe('Save');
    expect(refs.find('e3')?.name).toBe('Delete');
    expect(refs.find('e4')).toBeUndefined();
  });

  test('of long ago are forgotten', () => {
    const refs = createRefs();
    for (let at = 0; at <= 10_000; at += 1) refs.remember(element(`/${at}`));
    expect(refs.find('e1')).toBeUndefined();
    expect(refs.find('e2')).toBeDefined();
    expect(refs.remember(element('/0'))).toBe('e10002');
  });
});
