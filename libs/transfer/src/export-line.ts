import {
  baseAt,
  epoch,
  eventId,
  pushId,
  revision,
  streamName,
  type Commit,
  type Epoch,
  type Receipt,
  type StoredEvent,
  type TokenKey,
} from '@headwater/event-sourcing';

/** What the first line of every export says. */
export const EXPORT_FORMAT = 'headwater-export';
export const EXPORT_VERSION = 1;

/** A commit without its partition, which is chosen anew where it is imported. */
export type ExportedCommit = Omit<Commit, 'partition'>;

export interface ExportHeader {
  readonly version: number;
  /** When the export began, ISO 8601 in UTC. */
  readonly created: string;
  /** Of the log that the store fed. The importing store has another one. */
  readonly epoch: Epoch;
  /** By which the store distributed streams: for whoever wonders. An import chooses partitions anew. */
  readonly partitionHash: string;
  /** The one in use first. They are secrets, and so is the file. */
  readonly tokenKeys: readonly TokenKey[];
}

export interface ExportCounts {
  readonly receipts: number;
  readonly commits: number;
  readonly events: number;
}

/** The last line: what is before it, and the SHA-256 of every byte of that, in hexadecimal. */
export interface ExportTrailer extends ExportCounts {
  readonly sha256: string;
}

/** Lines come in this order: the header, receipts, commits (each stream's in order), the trailer. */
export type ExportLine =
  | { readonly type: 'header'; readonly header: ExportHeader }
  | { readonly type: 'receipt'; readonly receipt: Receipt }
  | { readonly type: 'commit'; readonly commit: ExportedCommit }
  | { readonly type: 'end'; readonly trailer: ExportTrailer };

/** A text that is no line of an export. */
export class MalformedLine extends Error {
  override readonly name = 'MalformedLine';
}

/** A line without its end. Texts of events are JSON strings in it, so that each of their characters is kept. */
export function encodeLine(line: ExportLine): string {
  switch (line.type) {
    case 'header': {
      const tokenKeys = line.header.tokenKeys.map(({ id, secret }) => ({ id, secret: Buffer.from(secret).toString('base64url') }));
      return JSON.stringify({ type: line.type, format: EXPORT_FORMAT, ...line.header, tokenKeys });
    }
    case 'receipt':
      return JSON.stringify({
        type: line.type,
        push: line.receipt.push,
        written: line.receipt.written.map((one) => [one.stream, one.revision]),
      });
    case 'commit': {
      const { stream, base, events, after } = line.commit;
      return JSON.stringify({ type: line.type, stream, base, events: events.map(encodedEvent), after });
    }
    case 'end':
      return JSON.stringify({ type: line.type, ...line.trailer });
  }
}

/** Members always in the same order, so that the same commit is the same line, whatever store it comes from. */
function encodedEvent({ id, head, content }: StoredEvent): Record<string, string> {
  return content === undefined
    ? { id, head }
    : { id, head, source: content.source, expanded: content.expanded, compacted: content.compacted };
}

/** @throws MalformedLine */
export function decodeLine(text: string): ExportLine {
  const line = membersOf(parsed(text));
  switch (line['type']) {
    case 'header':
      return { type: 'header', header: headerOf(line) };
    case 'receipt':
      return { type: 'receipt', receipt: { push: pushId(textIn(line, 'push')), written: listIn(line, 'written').map(writtenOf) } };
    case 'commit':
      return { type: 'commit', commit: commitOf(line) };
    case 'end': {
      const [receipts, commits, events] = [countIn(line, 'receipts'), countIn(line, 'commits'), countIn(line, 'events')];
      return { type: 'end', trailer: { receipts, commits, events, sha256: textIn(line, 'sha256') } };
    }
    default:
      throw new MalformedLine('it is of no kind that an export has');
  }
}

type Members = Readonly<Record<string, unknown>>;

function headerOf(line: Members): ExportHeader {
  if (line['format'] !== EXPORT_FORMAT) throw new MalformedLine('it names another format');
  const version = countIn(line, 'version');
  // What a later version has beside its number is not known here.
  if (version > EXPORT_VERSION) return { version, created: '', epoch: epoch(''), partitionHash: '', tokenKeys: [] };
  return {
    version,
    created: textIn(line, 'created'),
    epoch: epoch(textIn(line, 'epoch')),
    partitionHash: textIn(line, 'partitionHash'),
    tokenKeys: listIn(line, 'tokenKeys').map((value) => {
      const key = membersOf(value);
      return { id: textIn(key, 'id'), secret: Buffer.from(textIn(key, 'secret'), 'base64url') };
    }),
  };
}

function commitOf(line: Members): ExportedCommit {
  const events = listIn(line, 'events').map((value) => eventOf(membersOf(value)));
  if (events.length === 0) throw new MalformedLine('a commit has no event');
  return {
    stream: streamName(textIn(line, 'stream')),
    base: baseAt(revision(countIn(line, 'base'))),
    events,
    after: textIn(line, 'after'),
  };
}

function eventOf(event: Members): StoredEvent {
  const stored = { id: eventId(textIn(event, 'id')), head: textIn(event, 'head') };
  if (!('source' in event)) return stored;
  const content = { source: textIn(event, 'source'), expanded: textIn(event, 'expanded'), compacted: textIn(event, 'compacted') };
  return { ...stored, content };
}

function writtenOf(value: unknown): Receipt['written'][number] {
  const [stream, at] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (typeof stream !== 'string' || !isCount(at)) throw new MalformedLine('a receipt does not name streams and revisions');
  return { stream: streamName(stream), revision: revision(at) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedLine('it is no JSON', { cause: error });
  }
}

function membersOf(value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new MalformedLine('it is no JSON object');
  return value as Members;
}

function textIn(members: Members, name: string): string {
  const value = members[name];
  if (typeof value !== 'string') throw new MalformedLine(`${name} is no text`);
  return value;
}

function listIn(members: Members, name: string): readonly unknown[] {
  const value = members[name];
  if (!Array.isArray(value)) throw new MalformedLine(`${name} is no list`);
  return value as readonly unknown[];
}

function countIn(members: Members, name: string): number {
  const value = members[name];
  if (!isCount(value)) throw new MalformedLine(`${name} is no count`);
  return value;
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
