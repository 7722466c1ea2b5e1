import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { ImportUnfinished } from '@headwater/transfer';
import { databasePath } from './data-folder.js';
import { openForWriting } from './database.js';
import { DataFolderTooNew, DataFolderUnreadable, isUnreadable, messageOf } from './errors.js';
import type { FromWriter, OpeningError, ToWriter, WriterData } from './messages.js';
import { migrate } from './schema.js';
import { assertWhole } from './transfer/import-mark.js';
import { WriterLoop, type WriterPort } from './writer-loop.js';

/** The messages of this thread's parent. */
class ParentMessages implements WriterPort {
  readonly #inbox: ToWriter[] = [];
  #wake: (() => void) | undefined;

  constructor(private readonly parent: MessagePort) {
    parent.on('message', (message: ToWriter) => {
      this.#inbox.push(message);
      this.#wake?.();
    });
  }

  post(message: FromWriter): void {
    this.parent.postMessage(message);
  }

  next(): ToWriter | undefined {
    // Taken directly, between two steps, without a turn of the event loop.
    return this.#inbox.shift() ?? (receiveMessageOnPort(this.parent)?.message as ToWriter | undefined);
  }

  arrival(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(milliseconds) ? setTimeout(() => this.#wake?.(), milliseconds) : undefined;
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}

function openingError(error: unknown): OpeningError {
  if (error instanceof DataFolderTooNew) return { kind: 'too new', found: error.found, known: error.known };
  if (error instanceof DataFolderUnreadable) return { kind: 'unreadable', reason: error.reason };
  if (error instanceof ImportUnfinished) return { kind: 'import unfinished' };
  if (isUnreadable(error)) return { kind: 'unreadable', reason: `headwater.db is no database of this service (${messageOf(error)})` };
  return { kind: 'other', message: messageOf(error) };
}

async function main(parent: MessagePort, { dataDir, bounds }: WriterData): Promise<void> {
  const messages = new ParentMessages(parent);
  let loop: WriterLoop;
  try {
    const db = openForWriting(databasePath(dataDir), bounds);
    migrate(db, dataDir);
    assertWhole(db, dataDir);
    loop = new WriterLoop(db, messages, bounds);
  } catch (error) {
    messages.post({ type: 'failed', error: openingError(error) });
    parent.close();
    return;
  }
  await loop.run();
  parent.close();
}

if (parentPort !== null) await main(parentPort, workerData as WriterData);
