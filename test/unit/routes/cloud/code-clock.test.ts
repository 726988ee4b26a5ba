import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Connector } from '../../../../src/core/connectors.ts';
import type { ExecutionContext } from '../../../../src/engine/executor-ports.ts';
import { startCodeClock } from '../../../../src/routes/cloud/code-clock.ts';
import { createLimits, type Limits } from '../../../../src/routes/limits.ts';

const connector = { name: 'service', limits: { firstByteMs: 120_000 } } as Connector;

let limits: Limits;
beforeEach(() => {
  vi.useFakeTimers();
  const context = { signal: new AbortController().signal, attach: () => {} } as unknown as ExecutionContext;
  limits = createLimits(context, undefined);
});
afterEach(() => {
  limits.clear();
  vi.useRealTimers();
});

it('does not count what a program waits for its turn', () => {
  const clock = startCodeClock(connector, 1000, limits);
  vi.advanceTimersByTime(100_000);
  expect(limits.signal.aborted).toBe(false);
  clock.begun();
  vi.advanceTimersByTime(5900);
  expect(limits.signal.aborted).toBe(false);
  vi.advanceTimersByTime(200);
  expect(limits.signal.aborted).toBe(true);
  expect(clock.expired()).toMatchObject({ kind: 'timeout', timeoutMs: 1000 });
});

it('does not wait for ever', () => {
  const clock = startCodeClock(connector, 1000, limits);
  vi.advanceTimersByTime(126_000);
  expect(limits.signal.aborted).toBe(true);
  expect(clock.expired()).toMatchObject({ kind: 'failed', message: expect.stringContaining('within 126 s') });
});

it('tells a limit of the service from that of the program', () => {
  const clock = startCodeClock(connector, 10_000, limits);
  vi.advanceTimersByTime(3000);
  expect(clock.timedOut()).toMatchObject({ kind: 'failed', message: expect.stringContaining('asked for 10 s') });
  vi.advanceTimersByTime(7000);
  expect(clock.timedOut()).toMatchObject({ kind: 'timeout', timeoutMs: 10_000 });
});
