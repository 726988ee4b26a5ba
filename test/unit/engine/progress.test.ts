import { describe, expect, it } from 'vitest';
import type { RunId } from '../../../src/core/ids.ts';
import type { Clock } from '../../../src/engine/ports.ts';
import { createProgressHub } from '../../../src/engine/progress.ts';

const RUN = 'run-one' as RunId;
const OTHER = 'run-two' as RunId;

/** A clock that goes when it is told to. */
function handClock(): Clock & { go(ms: number): void; waiting(): number } {
  let now = 1000;
  const alarms = new Set<{ at: number; call: () => void }>();
  return {
    now: () => now,
    at(time, call) {
      const alarm = { at: time, call };
      alarms.add(alarm);
      return () => alarms.delete(alarm);
    },
    go(ms) {
      now += ms;
      for (const alarm of [...alarms]) {
        if (alarm.at > now) continue;
        alarms.delete(alarm);
        alarm.call();
      }
    },
    waiting: () => alarms.size,
  };
}

function hub() {
  const clock = handClock();
  const told: string[] = [];
  const progress = createProgressHub({ clock });
  progress.onProgress((run, { text }) => told.push(`${run} ${text}`));
  return { clock, told, progress };
}

describe('progress', () => {
  it('is told at once the first time, then the newest when its time has come', () => {
    const { clock, told, progress } = hub();
    for (const text of ['one', 'two', 'three']) progress.tell(RUN, { text });
    expect(told).toEqual(['run-one one']);
    clock.go(199);
    expect(told).toHaveLength(1);
    clock.go(1);
    expect(told).toEqual(['run-one one', 'run-one three']);
    expect(clock.waiting()).toBe(0);
  });

  it('of one run does not wait for another', () => {
    const { told, progress } = hub();
    progress.tell(RUN, { text: 'one' });
    progress.tell(OTHER, { text: 'one' });
    expect(told).toEqual(['run-one one', 'run-two one']);
  });

  it('ends with its run: nothing is told later, and no alarm is left', () => {
    const { clock, told, progress } = hub();
    progress.tell(RUN, { text: 'one' });
    progress.tell(RUN, { text: 'two' });
    progress.forget(RUN);
    clock.go(1000);
    expect(told).toEqual(['run-one one']);
    expect(clock.waiting()).toBe(0);
  });

  it('is cut where it is long, and reaches nobody who has left', () => {
    const { told, progress } = hub();
    const heard: string[] = [];
    const stop = progress.onProgress((_run, { text }) => heard.push(text));
    stop();
    progress.tell(RUN, { text: 'x'.repeat(10_000) });
    expect(told[0]?.length).toBe('run-one '.length + 500);
    expect(heard).toEqual([]);
  });
});
