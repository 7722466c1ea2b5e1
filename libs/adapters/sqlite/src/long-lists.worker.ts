import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { projectionName } from '@headwater/event-sourcing';
import { RESOURCES } from '@headwater/read-models';
import { databasePath } from './data-folder.js';
import { Query, openForReading } from './database.js';
import { messageOf } from './errors.js';
import type { WriterData } from './messages.js';
import type { FromLongLists, ToLongLists } from './readers/long-lists.js';
import { SqliteResourcesReader } from './readers/resources.reader.js';
import { Served } from './readers/served.js';
import { TermReader } from './terms.js';

function main(parent: MessagePort, { dataDir, bounds }: WriterData): void {
  const db = openForReading(databasePath(dataDir), bounds);
  const served = new Served(db, new TermReader(db, bounds.cachedNames));
  const resources = new SqliteResourcesReader(served);
  const copies = new Query<readonly [name: string, id: number]>(db, "SELECT name, id FROM projection_copies WHERE state = 'served'");
  /** Asks the copies that are served now. */
  const look = (): number => {
    served.switchTo(copies.all().map(([name, copy]) => ({ projection: projectionName(name), copy })));
    return served.copy(RESOURCES);
  };

  parent.on('message', ({ id, query }: ToLongLists) => {
    const answer = async (): Promise<FromLongLists> => {
      for (;;) {
        const asked = look();
        try {
          const page = await resources.list(query);
          // A copy that is served no longer may have lost rows meanwhile.
          if (look() === asked) return { id, page };
        } catch (error) {
          if (look() === asked) return { id, error: messageOf(error) };
        }
      }
    };
    void answer().then((message) => parent.postMessage(message));
  });
}

if (parentPort !== null) main(parentPort, workerData as WriterData);
