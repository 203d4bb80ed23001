import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { realClock, VirtualClock } from './clock.ts';

describe('the real clock', () => {
  afterEach(() => void vi.useRealTimers());

  it('waits for longer than a timer of Node can, and is cancelled at any moment of it', () => {
    vi.useFakeTimers();
    const yearMs = 365 * 86_400_000;
    const fired: string[] = [];
    realClock.after(yearMs, () => fired.push('kept'));
    const dropped = realClock.after(yearMs, () => fired.push('dropped'));
    vi.advanceTimersByTime(yearMs - 1);
    expect(fired).toEqual([]);
    dropped.cancel();
    vi.advanceTimersByTime(yearMs);
    expect(fired).toEqual(['kept']);
  });
});

describe('a virtual clock', () => {
  it('fires timers in the order of their moments, those of one moment as they were set', async () => {
    const timer = fc.record({ delayMs: fc.integer({ min: 0, max: 50 }), cancelled: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(timer, { maxLength: 40 }), async (timers) => {
        const clock = new VirtualClock(1000);
        const fired: number[] = [];
        const handles = timers.map(({ delayMs }, index) =>
          clock.after(delayMs, () => {
            expect(clock.now()).toBe(1000 + delayMs);
            fired.push(index);
          }),
        );
        timers.forEach(({ cancelled }, index) => {
          if (cancelled) handles[index]!.cancel();
        });
        expect(clock.pending).toBe(timers.filter(({ cancelled }) => !cancelled).length);
        await clock.advance(50);
        const expected = timers
          .map((one, index) => ({ ...one, index }))
          .filter(({ cancelled }) => !cancelled)
          .sort((one, other) => one.delayMs - other.delayMs || one.index - other.index);
        expect(fired).toEqual(expected.map(({ index }) => index));
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('fires what is set while it advances, and nothing that lies beyond', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const again = () => {
      fired.push(clock.now());
      clock.after(10, again);
    };
    clock.after(10, again);
    await clock.advance(35);
    expect(fired).toEqual([10, 20, 30]);
    expect([clock.now(), clock.nextMs()]).toEqual([35, 40]);
  });

  it('forgets timers that are set and cancelled again and again', async () => {
    const clock = new VirtualClock();
    for (let turn = 0; turn < 100_000; turn += 1) clock.after(1_000_000, () => {}).cancel();
    clock.after(5, () => {});
    expect([clock.pending, clock.nextMs()]).toEqual([1, 5]);
  });

  it('waits between two timers until what they began has settled', async () => {
    const order: string[] = [];
    const clock = new VirtualClock(0, { settle: async () => void order.push(`settled at ${clock.now()}`) });
    clock.after(1, () => void order.push('first'));
    clock.after(2, () => void order.push('second'));
    await clock.advance(2);
    expect(order).toEqual([
      'settled at 0',
      'first',
      'settled at 1',
      'second',
      'settled at 2',
      'settled at 2',
    ]);
  });
});
