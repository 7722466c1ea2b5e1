import { jest } from '@jest/globals';
import { AdvanceSignal } from './advance-signal.js';
import { StopSignal } from './stop-signal.js';

function signalled() {
  const listeners = new Set<() => void>();
  const onAdvance = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const stop = new StopSignal();
  const signal = new AdvanceSignal({ onAdvance }, stop);
  const move = (): void => {
    for (const listener of [...listeners]) listener();
  };
  return { signal, stop, move, listening: () => listeners.size };
}

describe('What tells that read models have moved on', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('wakes those who wait, and those who asked before a move that they did not see', async () => {
    const { signal, move } = signalled();
    const before = signal.moves;
    const waiting = signal.after(before, 60_000);
    move();
    await waiting;
    await signal.after(before, 60_000);
    const late = signal.after(signal.moves, 100);
    jest.advanceTimersByTime(100);
    await late;
  });

  it('listens while somebody waits, and for a while after that', async () => {
    const { signal, move, listening } = signalled();
    expect(listening()).toBe(0);
    const waiting = signal.after(signal.moves, 60_000);
    jest.advanceTimersByTime(10_000);
    expect(listening()).toBe(1);
    move();
    await waiting;
    jest.advanceTimersByTime(900);
    expect(listening()).toBe(1);
    jest.advanceTimersByTime(200);
    expect(listening()).toBe(0);
  });

  it('ends when the service stops', async () => {
    const { signal, stop, listening } = signalled();
    const waiting = signal.after(signal.moves, 60_000);
    stop.stop();
    await expect(waiting).rejects.toThrow('The service is stopping.');
    expect(listening()).toBe(0);
    await expect(signal.after(signal.moves, 1)).rejects.toThrow('The service is stopping.');
    expect(listening()).toBe(0);
  });
});
