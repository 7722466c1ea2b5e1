import type { IncomingMessage } from 'node:http';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { HttpClient } from './http-client.js';

/** A client of server-sent events, which keeps what it was sent. */
export class EventStream {
  readonly events: EventSourceMessage[] = [];
  /** Resolves at the end of the answer: cleanly, or not. */
  readonly ended: Promise<'clean' | 'broken'>;
  readonly #waiting = new Set<() => void>();

  private constructor(private readonly response: IncomingMessage) {
    const parser = createParser({
      onEvent: (event) => {
        this.events.push(event);
        for (const look of this.#waiting) look();
      },
    });
    response.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
    this.ended = new Promise((resolve) => {
      response.once('end', () => resolve('clean')).once('error', () => resolve('broken'));
    });
  }

  static async open(client: HttpClient, path: string, headers: Readonly<Record<string, string>> = {}): Promise<EventStream> {
    const response = await client.open('GET', path, { headers: { accept: 'text/event-stream', ...headers } });
    if (response.statusCode !== 200) throw new Error(`The stream was answered ${String(response.statusCode)}.`);
    return new EventStream(response);
  }

  /** Waits until so many events have come. */
  until(count: number, timeoutMs = 10_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`${String(this.events.length)} of ${String(count)} events came in time.`));
      }, timeoutMs);
      const look = (): void => {
        if (this.events.length < count) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  close(): void {
    this.response.destroy();
  }
}
