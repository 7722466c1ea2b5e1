import { join } from 'node:path';
import fc from 'fast-check';
import { eventCodec } from '@headwater/event-contracts';
import { AWKWARD_CONTENT } from '@headwater/event-sourcing/testing';
import { World } from '@headwater/read-models/testing';
import { ExportFile, importExport, writeExport } from '@headwater/transfer';
import { openSqliteStore } from '../sqlite-store.js';
import { temporaryFolder, temporaryStore } from '../testing/temporary.js';
import { verifyDataFolder, type VerificationReport } from '../verify.js';
import { SqliteExportIndex } from './sqlite-export-index.js';
import { openSqliteExport } from './sqlite-export-source.js';
import { openSqliteImport } from './sqlite-import-target.js';

const iri = (name: string): string => `https://example.org/${name}`;

async function moved(from: string, path: string, to: string): Promise<void> {
  const source = openSqliteExport(from);
  await writeExport(source, path, { now: new Date() });
  await source.close();
  const [file, index, target] = [await ExportFile.open(path), new SqliteExportIndex(), openSqliteImport(to)];
  try {
    await importExport({ file, index, target, codec: eventCodec });
  } finally {
    index.close();
    await Promise.all([file.close(), target.close()]);
  }
}

/** What the read models of a folder are, once its service has built them, and that they are what a replay gives. */
async function readModels(dataDir: string): Promise<VerificationReport> {
  const store = await openSqliteStore({ dataDir });
  await store.caughtUp();
  await store.close();
  const report = await verifyDataFolder(dataDir);
  expect(report.problems).toEqual([]);
  return report;
}

const sources = fc.oneof(
  fc.constant(AWKWARD_CONTENT.source),
  fc.json({ stringUnit: 'binary' }),
  fc.bigInt().map((digits) => `{"n":${String(digits)}.50, "n" : 1e400}`),
);

/** One step of a history: which entity, what is sent, and whether the clock stands still for it. */
const steps = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'ü/%20?'),
  source: sources,
  act: fc.constantFrom('write', 'push', 'tag', 'deprecate'),
  frozen: fc.boolean(),
});

async function write(
  world: World,
  revisions: Map<string, number>,
  { id, source, act, frozen }: typeof steps extends fc.Arbitrary<infer T> ? T : never,
) {
  world.frozen = frozen;
  const document = { id: iri(id), source, types: [iri('T')], links: [{ target: iri('a'), path: [iri('p')] }] };
  const rev = revisions.get(id) ?? 0;
  const writing = {
    write: () => (rev === 0 ? world.create(document) : world.update(document, rev)),
    push: () => world.push(document),
    tag: () => world.tag(document, rev, 'v1', rev),
    deprecate: () => world.deprecate(document, rev),
  }[act]();
  // One that is refused writes nothing.
  const written = await writing.catch(() => undefined);
  if (written !== undefined) revisions.set(id, written.revision);
}

describe('A store that was exported and imported', () => {
  it('has the same read models, whatever was written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 30 }), async (history) => {
        const subject = await temporaryStore();
        const others = temporaryFolder();
        try {
          const world = new World(subject.store);
          await world.organization({ type: 'CreateOrganization', label: 'org', uuid: 'u' });
          const revisions = new Map<string, number>();
          for (const step of history) await write(world, revisions, step);
          await subject.store.caughtUp();
          const [second, third] = [join(others.path, 'second'), join(others.path, 'third')];
          await moved(subject.folder, join(others.path, 'first.ndjson'), second);
          await moved(second, join(others.path, 'second.ndjson'), third);
          await subject.store.close();
          const [was, is, isAgain] = [await readModels(subject.folder), await readModels(second), await readModels(third)];
          expect([is.events, is.streams]).toEqual([was.events, was.streams]);
          expect(is.epoch).not.toBe(was.epoch);
          // Only offsets may be others: those of events of one instant, which are ordered by their streams now.
          const withoutOffsets = ({ projections }: VerificationReport) => projections.filter(({ name }) => name !== 'feed');
          expect(withoutOffsets(is)).toEqual(withoutOffsets(was));
          // An order that was made once stays what it is.
          expect(isAgain.projections).toEqual(is.projections);
        } finally {
          await subject.close();
          others.remove();
        }
      }),
      { numRuns: 12 },
    );
  });
});
