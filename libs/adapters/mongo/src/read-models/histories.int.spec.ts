import fc from 'fast-check';
import { InMemoryService, World, historySteps, told, writeHistory } from '@headwater/read-models/testing';
import { replayedLines, servedLines } from './testing/replay.js';
import { ReadModelService } from './testing/read-model-service.js';

describe('Whatever the history', () => {
  it('MongoDB says what the reference says, and holds what a replay gives (invariant 4: a read model is a fold of the log)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(historySteps, { minLength: 10, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        async (script, entries) => {
          const service = await ReadModelService.start();
          try {
            const reference = await InMemoryService.start();
            for (const store of [service.store, reference.store]) await writeHistory(new World(store), script);
            await service.relay();
            const runner = service.anotherRunner({ entries, characters: 1_000_000 });
            await runner.prepare();
            for (const partition of await service.log.partitions()) await runner.catchUp(partition);
            await reference.settle();
            const { resources, links } = service.readers;
            expect(await told(resources, links)).toEqual(await told(reference.resources, reference.links));
            expect(await servedLines(service.projections)).toEqual(await replayedLines(service.log));
          } finally {
            await service.close();
          }
        },
      ),
      { numRuns: 3 },
    );
  }, 120_000);
});
