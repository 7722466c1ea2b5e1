import fc from 'fast-check';
import { InMemoryService, World, historySteps, told, writeHistory } from '@headwater/read-models/testing';
import { temporaryStore } from './testing/temporary.js';
import { verifyDataFolder } from './verify.js';

describe('Whatever the history', () => {
  it('the embedded store says what the reference says, and what a replay says (invariant 4: a read model is a fold of the log)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(historySteps, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        async (script, stepEntries) => {
          const subject = await temporaryStore({ bounds: { stepEntries, stepEveryMilliseconds: 0 } });
          try {
            const reference = await InMemoryService.start();
            for (const store of [subject.store, reference.store]) {
              await writeHistory(new World(store), script);
            }
            await Promise.all([subject.store.caughtUp(), reference.settle()]);
            expect(await told(subject.store.resources, subject.store.links)).toEqual(await told(reference.resources, reference.links));
            await subject.store.close();
            expect((await verifyDataFolder(subject.folder)).problems).toEqual([]);
          } finally {
            await subject.close();
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});
