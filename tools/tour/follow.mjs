import { createParser } from 'eventsource-parser';

/**
 * Follows an event stream.
 * @param {URL} url @param {{ lastEventId?: string }} [options]
 */
export async function follow(url, { lastEventId } = {}) {
  const stop = new AbortController();
  const headers = { Accept: 'text/event-stream', ...(lastEventId && { 'Last-Event-ID': lastEventId }) };
  const response = await fetch(url, { headers, signal: stop.signal });
  if (!response.ok) throw new Error(`the event stream was answered ${response.status}: ${await response.text()}`);
  const seen = [];
  const listeners = new Set();
  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      const entry = { event, id, data: JSON.parse(data) };
      seen.push(entry);
      for (const listener of listeners) listener(entry);
    },
  });
  const reading = read(response.body, parser, stop.signal);
  return {
    /** Everything so far, in the order in which it came. */
    seen,
    /** The first event, also of those that came already, that satisfies. @param {(event: object) => boolean} satisfies */
    until: (satisfies, ms = 10_000) =>
      new Promise((resolve, reject) => {
        const found = seen.find(satisfies);
        if (found) return resolve(found);
        const timer = setTimeout(() => {
          listeners.delete(listener);
          reject(new Error(`what was waited for did not come within ${ms} ms; ${seen.length} other events did`));
        }, ms);
        const listener = (entry) => {
          if (!satisfies(entry)) return;
          clearTimeout(timer);
          listeners.delete(listener);
          resolve(entry);
        };
        listeners.add(listener);
      }),
    close: async () => {
      stop.abort();
      await reading;
    },
  };
}

async function read(body, parser, signal) {
  const text = new TextDecoder();
  try {
    for await (const chunk of body) parser.feed(text.decode(chunk, { stream: true }));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
