import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is yes, at most for some seconds. */
export async function eventually(what: string, ask: () => boolean | Promise<boolean>, milliseconds = 5000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`It did not come to this within ${String(milliseconds)} ms: ${what}.`);
    await sleep(2);
  }
}
