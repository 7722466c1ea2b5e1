import { Worker } from 'node:worker_threads';
import { StoreOverloaded, StoreUnavailable } from '@headwater/event-sourcing';
import type { ListPage, ListQuery } from '@headwater/read-models';
import type { WriterData } from '../messages.js';

export interface ToLongLists {
  readonly id: number;
  readonly query: ListQuery;
}

export type FromLongLists = { readonly id: number; readonly page: ListPage } | { readonly id: number; readonly error: string };

interface Asked {
  readonly resolve: (page: ListPage) => void;
  readonly reject: (error: Error) => void;
}

/** Questions that wait for the thread: they are answered one after the other. */
const MAX_ASKED = 32;
const IDLE_MILLISECONDS = 60_000;

/**
 * Answers listings that may have to walk a great many entities, those of several filters at once, on a thread of their own with a
 * connection of its own: nobody else waits for them. The thread is started by the first and ends when none has come for a while.
 */
export class LongLists {
  #worker: Worker | undefined;
  #ids = 0;
  readonly #asked = new Map<number, Asked>();
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(private readonly data: WriterData) {}

  list(query: ListQuery): Promise<ListPage> {
    if (this.#closed) return Promise.reject(new StoreUnavailable('The store is closed.'));
    if (this.#asked.size >= MAX_ASKED) return Promise.reject(new StoreOverloaded('Too many long listings are asked for at this moment.'));
    return new Promise((resolve, reject) => {
      const id = (this.#ids += 1);
      this.#asked.set(id, { resolve, reject });
      clearTimeout(this.#idle);
      const message: ToLongLists = { id, query };
      this.#running().postMessage(message);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idle);
    await this.#worker?.terminate();
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('../long-lists.worker.js', import.meta.url), {
      name: 'sqlite-long-lists',
      workerData: this.data,
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    this.#worker = worker;
    let cause: Error | undefined;
    worker.on('message', (message: FromLongLists) => this.#answered(message));
    worker.on('error', (error) => {
      cause = error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', () => this.#ended(worker, cause));
    return worker;
  }

  #answered(message: FromLongLists): void {
    const asked = this.#asked.get(message.id);
    this.#asked.delete(message.id);
    if ('page' in message) asked?.resolve(message.page);
    else asked?.reject(new StoreUnavailable(message.error));
    if (this.#asked.size > 0) return;
    this.#idle = setTimeout(() => void this.#retire(), IDLE_MILLISECONDS).unref();
  }

  /** Ends the thread; what is asked next gets another one. */
  async #retire(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #ended(worker: Worker, cause: Error | undefined): void {
    // What was asked after a thread had been retired is another one's.
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const error = new StoreUnavailable(`A listing could not be answered${cause === undefined ? '' : ` (${cause.message})`}.`);
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }
}
