import { setTimeout as sleep } from 'node:timers/promises';

const askEvery = 100;
const answerWithin = 2000;

/**
 * Waits until a service says that it is ready.
 * @param {string} url of the service
 * @param {{ signal: AbortSignal, refused?: (answer: string) => void }} options the signal ends the waiting; `refused` is told why it is not ready
 * @returns {Promise<boolean>} false where the waiting was ended
 */
export async function untilReady(url, { signal, refused = () => {} }) {
  while (!signal.aborted) {
    const answer = await ask(url, signal);
    if (answer === undefined) return true;
    refused(answer);
    await sleep(askEvery, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

/** @returns {Promise<string | undefined>} why it is not ready */
async function ask(url, signal) {
  try {
    const response = await fetch(new URL('/health/ready', url), { signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithin)]) });
    const body = await response.text();
    return response.ok ? undefined : body;
  } catch (error) {
    return error.cause?.message ?? error.message;
  }
}
