import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { offset, streamName, type StreamName } from './brand.js';
import type { LogEntry } from './event.js';
import { OutcomeUnknown, RevisionConflict, StoreUnavailable } from './event-store.js';
import { handleCommand } from './handle-command.js';
import { InMemoryEventStore } from './in-memory/in-memory-event-store.js';
import type { Projection } from './projection.js';
import { Chaos, chaosScript } from './testing/chaos.js';
import { causeAt, counterCodec, counterKind, places, totals, type CounterEvent, type CounterRow } from './testing/counter.js';
import { CounterService } from './testing/counter-service.js';

const STREAMS = Array.from({ length: 7 }, (_, index) => streamName(`counter/${String(index)}`));
const NO_TOTAL: CounterRow = { total: 0, revisions: [] };
const streamAt = (index: number): StreamName => STREAMS[index % STREAMS.length] ?? streamName('counter/0');

/** What is in the log of a stream, first appearances only. */
function firstAppearances(entries: readonly LogEntry[], stream: StreamName): readonly number[] {
  return [...new Set(entries.filter((entry) => entry.stream === stream).map((entry) => entry.revision))];
}

describe('Whatever happens to relays and projectors', () => {
  it('the read models are those of a straight replay: rows, counters, history and what is parked (invariants 1, 2, 3 and 4)', async () => {
    await fc.assert(
      fc.asyncProperty(chaosScript(), async (script) => {
        const service = await CounterService.start();
        const chaos = new Chaos({
          store: service.store,
          log: service.log,
          projections: service.projections,
          names: [totals.name, places.name],
          newRunner: () => service.runner(),
          write: async (pick) => {
            const stream = streamAt(pick);
            // Every 13th jams its stream, where it is not jammed already.
            if (pick % 13 === 0) await service.handle(stream, { type: 'Jam' });
            else await service.add(stream, ...Array.from({ length: 1 + (pick % 3) }, () => pick % 5));
          },
        });
        await chaos.run(script);
        await chaos.settle(async () => {
          expect(service.digest(totals)).toEqual(await service.replayed(totals));
          expect(service.digest(places)).toEqual(await service.replayed(places));
        });
        const log = (
          await Promise.all(service.store.partitions.map((of) => service.log.read(of, offset(-1), { entries: 10_000, characters: 1e9 })))
        ).flat();
        const newest = await service.store.newest(STREAMS);
        const [parked] = await Promise.all([service.projections.parkedAmong(totals.name, await servedVersion(service), STREAMS)]);
        for (const [index, stream] of STREAMS.entries()) {
          const last = newest[index]?.revision ?? 0;
          expect(firstAppearances(log, stream)).toEqual(Array.from({ length: last }, (_, at) => at + 1));
          // Applied or visibly parked, to the last revision.
          const applied = service.projections.served(totals.name).row(stream)?.revision ?? 0;
          expect(parked.get(stream)?.last.revision ?? applied).toBe(last);
          expect(service.projections.served(places.name).row(stream)?.revision ?? 0).toBe(last);
        }
      }),
      { numRuns: 60 },
    );
  });
});

const servedVersion = async ({ projections }: CounterService): Promise<number> =>
  (await projections.versions(totals.name)).served?.version ?? 0;

describe('Whatever happens while parked streams are re-driven', () => {
  it('every event is applied once in the end, and counted once (invariants 1 and 4)', async () => {
    await fc.assert(
      fc.asyncProperty(chaosScript(), async (script) => {
        let repaired = false;
        const jammable: Projection<CounterRow, CounterEvent> = {
          ...totals,
          project: (row = NO_TOTAL, event) => (event.recorded.type === 'Jammed' && repaired ? row : totals.project(row, event)),
        };
        const service = await CounterService.start();
        const redrive = async (): Promise<void> => {
          repaired = true;
          try {
            const runner = service.runner([jammable]);
            for (const stream of STREAMS) await runner.redrive(jammable, stream, service.store);
          } finally {
            repaired = false;
          }
        };
        const chaos = new Chaos({
          store: service.store,
          log: service.log,
          projections: service.projections,
          names: [totals.name],
          newRunner: () => service.runner([jammable]),
          write: async (pick) => {
            if (pick % 4 === 0) await service.handle(streamAt(pick), { type: 'Jam' });
            else await service.add(streamAt(pick), pick % 5);
          },
          redrive,
        });
        await chaos.run(script);
        await chaos.settle(async () => {
          await redrive();
          expect(service.projections.served(totals.name).parked()).toEqual([]);
          repaired = true;
          const expected = await service.replayed(jammable);
          repaired = false;
          expect(service.digest(totals)).toEqual(expected);
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('Whatever happens to the answers of the store', () => {
  it('an acknowledged command is stored once, a refused one is not, and revisions have no gap (invariants 1 and 3)', async () => {
    const fault = fc.constantFrom('none', 'none', 'none', 'lost', 'lost and not found', 'refused', 'delayed');
    const command = fc.record({ stream: fc.nat(2), by: fc.array(fc.nat(9), { minLength: 1, maxLength: 3 }), fault });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(command, { maxLength: 6 }), { maxLength: 6 }), async (rounds) => {
        const store = new InMemoryEventStore();
        const acknowledged: string[] = [];
        const perhaps: string[] = [];
        for (const round of rounds) {
          for (const one of round) {
            if (one.fault === 'lost' || one.fault === 'lost and not found') store.faults.loseAnswer('append');
            if (one.fault === 'lost and not found') store.faults.refuse('commits');
            if (one.fault === 'refused') store.faults.refuse('append');
            if (one.fault === 'delayed') store.faults.delay('append', 1);
          }
          // All at once: they race for three streams.
          await Promise.all(
            round.map(async ({ stream, by }) => {
              const options = {
                store,
                codec: counterCodec,
                kind: counterKind,
                stream: streamAt(stream),
                command: { type: 'Add', by } as const,
              };
              try {
                const { events } = await handleCommand({ ...options, cause: causeAt(0) });
                acknowledged.push(...events.map(({ id }) => id));
              } catch (error) {
                if (error instanceof OutcomeUnknown) perhaps.push(...error.eventIds);
                else if (!(error instanceof StoreUnavailable) && !(error instanceof RevisionConflict)) throw error;
              }
            }),
          );
          store.faults.clear();
        }
        const stored: string[] = [];
        for (const stream of STREAMS) {
          const [newest] = await store.newest([stream]);
          if (newest === undefined) continue;
          const commits = await store.read(stream, 1 as typeof newest.revision, newest.revision);
          let end = 0;
          for (const { base, events } of commits) {
            expect(base).toBe(end);
            end = base + events.length;
            stored.push(...events.map(({ id }) => id));
          }
          expect(end).toBe(newest.revision);
        }
        expect(new Set(stored).size).toBe(stored.length);
        expect(stored).toEqual(expect.arrayContaining(acknowledged));
        expect([...acknowledged, ...perhaps]).toEqual(expect.arrayContaining(stored));
      }),
      { numRuns: 40 },
    );
  });
});
