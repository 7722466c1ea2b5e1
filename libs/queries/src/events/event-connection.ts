import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { EventChunk } from './event-chunk.js';

/** Above this, whoever reads history for the connection waits until the client has taken what was sent. */
const READ_AHEAD_BYTES = 256 * 1024;

/**
 * One client that follows events. Chunks go to the socket as they are: they are shared between connections, and the answer's own framing
 * would be made for each of them anew. A client that is too slow is cut off: its last id tells where it goes on.
 */
export class EventConnection {
  /** What came while the history was still being read; undefined once the connection is live. */
  #held: EventChunk[] | undefined;
  #heldBytes = 0;
  #closed = false;
  #sentAt: number;

  constructor(
    private readonly response: ServerResponse,
    private readonly queueBytes: number,
    now: number,
    private readonly onSlow: () => void,
  ) {
    this.#sentAt = now;
    response.on('close', () => {
      this.#closed = true;
      this.#held = undefined;
    });
  }

  isClosed(): boolean {
    return this.#closed;
  }

  /** When something was sent last. */
  get sentAt(): number {
    return this.#sentAt;
  }

  /** From here on `deliver` keeps what it is given, until `release`. */
  hold(): void {
    this.#held = [];
  }

  release(now: number): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#heldBytes = 0;
    for (const chunk of held) this.send(chunk, now);
  }

  /** What has just happened: sent, or kept until the history has been sent. */
  deliver(chunk: EventChunk, now: number): void {
    if (this.#held === undefined) {
      this.send(chunk, now);
      return;
    }
    if (this.#heldBytes > this.queueBytes) {
      this.#cutOff();
      return;
    }
    this.#held.push(chunk);
    this.#heldBytes += chunk.plain.length;
  }

  /** Sends at once, unless the client has not taken what came before: what is judged is its pace, not the size of a chunk. */
  send({ framed, plain }: EventChunk, now: number): void {
    const { socket } = this.response;
    if (this.#closed || socket === null) return;
    if (socket.writableLength > this.queueBytes) {
      this.#cutOff();
      return;
    }
    socket.write(this.response.chunkedEncoding ? framed : plain);
    this.#sentAt = now;
  }

  /** Resolves once the client has taken most of what was sent, or is gone; never before others had their turn. */
  async taken(): Promise<void> {
    await setImmediate();
    const { socket } = this.response;
    if (this.#closed || socket === null || socket.writableLength <= READ_AHEAD_BYTES) return;
    const gone = new AbortController();
    const onClose = (): void => gone.abort();
    this.response.once('close', onClose);
    try {
      await once(socket, 'drain', { signal: gone.signal });
    } catch (error) {
      if (!gone.signal.aborted) throw error;
    } finally {
      this.response.off('close', onClose);
    }
  }

  /** Ends the answer after what was sent. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#held = undefined;
    this.response.end();
  }

  #cutOff(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#held = undefined;
    this.onSlow();
    this.response.destroy();
  }
}
