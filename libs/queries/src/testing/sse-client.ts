import { request, type IncomingMessage } from 'node:http';
import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** Follows an event stream and keeps what it was sent. */
export class SseClient {
  readonly events: EventSourceMessage[] = [];
  comments = 0;
  readonly ended: Promise<'clean' | 'broken'>;
  readonly #looks = new Set<() => void>();

  private constructor(readonly response: IncomingMessage) {
    const parser = createParser({
      onEvent: (event) => this.#got(() => this.events.push(event)),
      onComment: () => this.#got(() => (this.comments += 1)),
    });
    response.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
    this.ended = new Promise((resolve) => {
      response.once('end', () => resolve('clean')).once('error', () => resolve('broken'));
    });
  }

  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<SseClient> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false }, resolve)
        .on('error', reject)
        .end();
    });
    return new SseClient(response);
  }

  /** `{resource}@{revision}` of each event, in order. */
  get seen(): readonly string[] {
    return this.events.map(({ data }) => {
      const { _resourceId, _rev } = JSON.parse(data) as { _resourceId: string; _rev: number };
      return `${_resourceId}@${String(_rev)}`;
    });
  }

  until(condition: () => boolean, timeoutMs = 5000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`It did not come in time: ${String(this.events.length)} events did.`)), timeoutMs);
      const look = (): void => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }

  close(): void {
    this.response.destroy();
  }

  #got(keep: () => void): void {
    keep();
    for (const look of [...this.#looks]) look();
  }
}
