import { ProjectionRunner, type EventLog, type ProjectionName } from '@headwater/event-sourcing';
import { eventCodec } from '@headwater/event-contracts';
import { PROJECTIONS } from '@headwater/read-models';
import { testDatabase } from '../../testing/database.js';
import { MongoProjectionStore } from '../projection-store.js';

/** Every line of the served copies, by projection. */
export async function servedLines(store: MongoProjectionStore): Promise<ReadonlyMap<ProjectionName, readonly string[]>> {
  const lines = new Map<ProjectionName, readonly string[]>();
  for (const { name } of PROJECTIONS) {
    const { served } = await store.versions(name);
    if (served !== undefined) lines.set(name, await all(store.lines(name, served.version)));
  }
  return lines;
}

async function all(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

/** What one projector makes of a log from its start, in a database of its own. */
export async function replayedLines(log: EventLog): Promise<ReadonlyMap<ProjectionName, readonly string[]>> {
  const scratch = await testDatabase({ partitions: 0 });
  try {
    const store = new MongoProjectionStore(scratch.database);
    const limit = { entries: 500, characters: 64_000_000 };
    const runner = new ProjectionRunner({ log, store, codec: eventCodec, projections: PROJECTIONS, limit });
    await runner.prepare();
    for (const partition of await log.partitions()) await runner.catchUp(partition);
    return await servedLines(store);
  } finally {
    await scratch.close();
  }
}
