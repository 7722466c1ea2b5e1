import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { UnknownEvent, epoch, pushId, revision, streamName, type Commit, type Receipt } from '@headwater/event-sourcing';
import { AWKWARD_CONTENT, commitTo } from '@headwater/event-sourcing/testing';
import { checkExport, type CheckedExport } from './check-export.js';
import { ExportInvalid, ExportTooNew, ExportUnreadable, OutputExists } from './errors.js';
import { ExportFile } from './export-file.js';
import { decodeLine, encodeLine, type ExportLine } from './export-line.js';
import type { ExportSource } from './export-source.js';
import { InMemoryExportIndex, countingCodec } from './testing/index.js';
import { streamExport, writeExport } from './write-export.js';

const NOW = new Date(Date.UTC(2026, 5, 1));
const [A, B] = [streamName('entity/o/p/a'), streamName('entity/o/p/b')];

const COMMITS: readonly Commit[] = [
  commitTo(A, 0 as never, { base: 0, events: 2, content: AWKWARD_CONTENT }),
  commitTo(B, 0 as never, { base: 0 }),
  commitTo(A, 0 as never, { base: 2 }),
];
const RECEIPTS: readonly Receipt[] = [{ push: pushId('p'), written: [{ stream: A, revision: revision(3) }] }];

const sourceOf = (pages: () => AsyncIterable<readonly Commit[]>, receipts = RECEIPTS): ExportSource => ({
  epoch: async () => epoch('0123456789abcdef'),
  tokenKeys: async () => [{ id: 'k', secret: Buffer.alloc(32, 7) }],
  estimate: async () => 4,
  receipts: async function* () {
    yield receipts;
  },
  commits: pages,
  close: async () => undefined,
});

const source = sourceOf(async function* () {
  yield COMMITS.slice(0, 2);
  yield COMMITS.slice(2);
});

/** A text with its trailer made to fit: what somebody gets who changes a file and knows how. */
function sealed(lines: readonly string[]): string {
  const text = lines.map((line) => `${line}\n`).join('');
  const decoded = lines.map((line) => decodeLine(line));
  const trailer = {
    receipts: decoded.filter(({ type }) => type === 'receipt').length,
    commits: decoded.filter(({ type }) => type === 'commit').length,
    events: decoded.reduce((sum, line) => sum + (line.type === 'commit' ? line.commit.events.length : 0), 0),
    sha256: createHash('sha256').update(text).digest('hex'),
  };
  return `${text}${encodeLine({ type: 'end', trailer })}\n`;
}

describe('The file of an export', () => {
  let folder: string;
  let path: string;
  let text: string;
  let lines: readonly string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headwater-export-'));
    path = join(folder, 'export.ndjson');
    await writeExport(source, path, { now: NOW });
    text = await readFile(path, 'utf8');
    lines = text.split('\n').slice(0, -2);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const check = async (index = new InMemoryExportIndex()): Promise<CheckedExport> => {
    const file = await ExportFile.open(path);
    try {
      return await checkExport(file, index, { codec: countingCodec });
    } finally {
      await file.close();
    }
  };
  const checkOf = async (changed: string): Promise<CheckedExport> => {
    await writeFile(path, changed);
    return check();
  };
  const changed = (at: number, change: (line: ExportLine) => ExportLine): string =>
    sealed(lines.map((line, index) => (index === at ? encodeLine(change(decodeLine(line))) : line)));

  it('is whole, its owner’s alone, and has nothing beside it', async () => {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await expect(stat(`${path}.part`)).rejects.toThrow('ENOENT');
    expect(sealed(lines)).toBe(text);
    const index = new InMemoryExportIndex();
    expect(await check(index)).toMatchObject({
      header: { created: NOW.toISOString(), epoch: '0123456789abcdef' },
      trailer: { receipts: 1, commits: 3, events: 4 },
    });
    expect(index.endOf(A)).toBe(3);
  });

  it('is the same text where it is streamed to a slow reader', async () => {
    const pieces: string[] = [];
    const slow = new Writable({
      decodeStrings: false,
      highWaterMark: 1,
      write: (piece: string, _, done) => {
        pieces.push(piece);
        setTimeout(done, 5);
      },
    });
    await streamExport(source, slow, { now: NOW });
    expect(pieces.join('')).toBe(text);
  });

  it('tells where each line stands, also where lines are longer than what is read at once', async () => {
    const long = [`"${'é'.repeat(900_000)}"`, '', `"${'x'.repeat(3_000_000)}"`, '"the end"'];
    await writeFile(path, long.join('\n'));
    const file = await ExportFile.open(path);
    const found: string[] = [];
    for await (const { start, length, bytes } of file.lines()) {
      found.push(bytes.toString('utf8'));
      expect(await file.at({ start, length })).toBe(found.at(-1));
    }
    await file.close();
    expect(found).toEqual(long);
  });

  it('is not written over anything', async () => {
    await expect(writeExport(source, path, { now: NOW })).rejects.toThrow(OutputExists);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('does not appear where the export failed', async () => {
    const failing = sourceOf(async function* () {
      yield COMMITS;
      await Promise.reject(new Error('The disk is gone.'));
    });
    const other = join(folder, 'other');
    // What a killed process left may be anybody's to read.
    await writeFile(`${other}.part`, 'secret');
    await chmod(`${other}.part`, 0o644);
    await expect(writeExport(failing, other, { now: NOW })).rejects.toThrow('The disk is gone.');
    await expect(stat(other)).rejects.toThrow('ENOENT');
    await expect(stat(`${other}.part`)).rejects.toThrow('ENOENT');
  });

  it('is refused when it was cut off, wherever', async () => {
    for (let end = 0; end < text.length - 1; end += Math.ceil(text.length / 60)) {
      await expect(checkOf(text.slice(0, end))).rejects.toThrow(ExportInvalid);
    }
    await expect(checkOf(text.slice(0, text.length / 2))).rejects.toThrow(/the file was cut off in it/);
    await expect(checkOf(`${lines.join('\n')}\n`)).rejects.toThrow(/the last line is missing, so the file was cut off/);
    // Without the end of its last line it says all that it has to say.
    expect(await checkOf(text.slice(0, -1))).toMatchObject({ trailer: { commits: 3 } });
  });

  it('is refused when anything in it was changed', async () => {
    await expect(checkOf(text.replace('jörg', 'jorg'))).rejects.toThrow(/line 6: .*so the file was changed/);
    await expect(checkOf(text.replace(',3]', ',2]'))).rejects.toThrow(/changed/);
    await expect(checkOf(text.replace('"commits":3', '"commits":2'))).rejects.toThrow(/changed/);
    const [header, receipt, first, second, ...others] = text.split('\n');
    await expect(checkOf([header, receipt, second, first, ...others].join('\n'))).rejects.toThrow(/changed/);
  });

  it.each<[string, (all: readonly string[]) => string, RegExp]>([
    ['is empty', () => '', /line 1: the file is empty/],
    ['is something else', () => 'PK\u0003\u0004\n', /line 1: it is no JSON/],
    ['has no header', (all) => sealed(all.slice(1)), /line 1: the header is missing/],
    ['has two', (all) => sealed([...all.slice(0, 1), ...all]), /line 2: there is a second header/],
    ['goes on after its end', (all) => `${sealed(all)}${sealed(all)}`, /line 7: there is something after the end/],
    [
      'lacks a commit of a stream',
      (all) => sealed(all.filter((_, at) => at !== 2)),
      /line 4: a commit of entity\/o\/p\/a follows revision 2/,
    ],
    ['has a commit twice', (all) => sealed([...all, ...all.slice(-2, -1)]), /line 6: a commit of entity\/o\/p\/b follows revision 0/],
    ['lacks what a receipt names', (all) => sealed(all.slice(0, -1)), /line 2: the receipt of push p names revision 3 of entity\/o\/p\/a/],
  ])('is refused when it %s', async (_, make, expected) => {
    const invalid = checkOf(make(lines));
    await expect(invalid).rejects.toThrow(ExportInvalid);
    await expect(invalid).rejects.toThrow(expected);
  });

  it('of a later format is refused, naming both', async () => {
    const later = checkOf(changed(0, (line) => (line.type === 'header' ? { ...line, header: { ...line.header, version: 2 } } : line)));
    await expect(later).rejects.toThrow(ExportTooNew);
    await expect(later).rejects.toThrow(/format 2.*up to 1/);
  });

  it('with events of a later release is refused before anything is stored', async () => {
    const later = changed(3, (line) => {
      if (line.type !== 'commit') return line;
      const events = line.commit.events.map((event) => ({ ...event, head: event.head.replace('"version":1', '"version":2') }));
      return { ...line, commit: { ...line.commit, events } };
    });
    await expect(checkOf(later)).rejects.toThrow(UnknownEvent);
  });

  it('with an event that is none is refused', async () => {
    const broken = changed(3, (line) => {
      if (line.type !== 'commit') return line;
      return { ...line, commit: { ...line.commit, events: line.commit.events.map((event) => ({ ...event, head: '{' })) } };
    });
    await expect(checkOf(broken)).rejects.toThrow(/line 4: an event of entity\/o\/p\/b cannot be read/);
  });

  it('that is not there, or is no file, is refused', async () => {
    await expect(ExportFile.open(join(folder, 'missing'))).rejects.toThrow(ExportUnreadable);
    await expect(ExportFile.open(folder)).rejects.toThrow(/it is no file/);
  });
});
