import { setTimeout as sleep } from 'node:timers/promises';

/** Returns once something holds. @throws where that is not within the time, in milliseconds. */
export async function until(what: string, holds: () => boolean, milliseconds = 15_000): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`Not within ${String(milliseconds)} ms: ${what}.`);
    await sleep(20);
  }
}
