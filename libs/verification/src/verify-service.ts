import {
  BEFORE_FIRST,
  ProjectionRunner,
  offset,
  type EventLog,
  type EventStore,
  type Offset,
  type Outbox,
  type Partition,
  type Projection,
  type ProjectionName,
  type ProjectionStore,
} from '@headwater/event-sourcing';
import { eventCodec, type HeadwaterEvent } from '@headwater/event-contracts';
import { PROJECTIONS } from '@headwater/read-models';
import { compareLines, type ComparedLines, type Lines } from './compare-lines.js';
import { LogDigest } from './log-digest.js';
import { Problems, type Findings } from './problems.js';

/** Read models that can be told line by line. */
export interface ComparableProjections extends ProjectionStore {
  /** Everything in a copy of a projection, in words and in an order that depend on nothing but the content. */
  lines(projection: ProjectionName, version: number): Lines;
}

export interface ServiceParts {
  readonly store: Pick<EventStore, 'scan'> & Pick<Outbox, 'pending'>;
  readonly log: EventLog;
  readonly projections: ComparableProjections;
  /** Empty, for the replay; thrown away by the caller. */
  readonly scratch: ComparableProjections;
}

/** How the served copy of a projection compares with a replay of the log up to where it stands. */
export interface VerifiedProjection extends ComparedLines {
  readonly name: ProjectionName;
  /** Entries of the log that it has applied or parked, of all partitions. */
  readonly applied: number;
  /** Entries that it has still to apply. */
  readonly behind: number;
  readonly parked: number;
}

export interface VerificationReport extends Findings {
  /** Entries of the log that repeat another one. */
  readonly repetitions: number;
  /** Events that wait to be published. */
  readonly unpublished: number;
  readonly projections: readonly VerifiedProjection[];
}

const REPLAY_LIMIT = { entries: 2000, characters: 16 * 1024 * 1024 };
const PENDING_PAGE = 500;
const MAX_PARKED = 1_000_000;

type Marks = ReadonlyMap<Partition, Offset>;

/**
 * Checks a service whose projectors are quiet: the event store in itself, the log against it, and every served projection against a replay
 * of the log into tables of its own (design.md, invariants 1 to 4). Nothing is changed but the scratch.
 */
export async function verifyService({ store, log, projections, scratch }: ServiceParts): Promise<VerificationReport> {
  const problems = new Problems();
  // Before the log is read: what is not pending any more has to be there.
  const pending = await pendingEvents(store, log);
  const digest = await LogDigest.of(log, problems.add);
  const { events, streams, unpublished } = await digest.compare(store, problems.add);
  if (unpublished > pending)
    problems.add(`The log lacks ${String(unpublished - pending)} events that the event store takes for published.`);
  const verified: VerifiedProjection[] = [];
  for (const projection of PROJECTIONS) verified.push(await verifyProjection(projection, { log, projections, scratch }, problems.add));
  return {
    ...problems.asFound,
    epoch: await log.epoch(),
    events,
    streams,
    repetitions: digest.repetitions,
    unpublished,
    projections: verified,
  };
}

async function pendingEvents(store: ServiceParts['store'], log: EventLog): Promise<number> {
  let events = 0;
  for (const partition of await log.partitions()) {
    for (let page = await store.pending(partition, undefined, PENDING_PAGE); page.length > 0;) {
      events += page.reduce((sum, commit) => sum + commit.events.length, 0);
      page = await store.pending(partition, page.at(-1), PENDING_PAGE);
    }
  }
  return events;
}

async function verifyProjection(
  projection: Projection<unknown, HeadwaterEvent>,
  { log, projections, scratch }: Omit<ServiceParts, 'store'>,
  problem: (text: string) => void,
): Promise<VerifiedProjection> {
  const { name } = projection;
  const { served } = await projections.versions(name);
  if (served === undefined) problem(`There is no copy of ${name}.`);
  const marks = new Map<Partition, Offset>();
  let behind = 0;
  for (const partition of await log.partitions()) {
    const last = await log.last(partition);
    const mark = served === undefined ? BEFORE_FIRST : await projections.watermark(name, served.version, partition);
    if (mark > last) problem(`${name} stands at ${String(mark)} of partition ${String(partition)}, which ends at ${String(last)}.`);
    behind += Math.max(0, last - mark);
    marks.set(partition, mark);
  }
  await replay(projection, upTo(log, marks), scratch, problem);
  const lines = await compareLines(name, await servedLines(projections, name), await servedLines(scratch, name), problem);
  const parked = served === undefined ? [] : await projections.parked(name, served.version, MAX_PARKED);
  const applied = [...marks.values()].reduce((sum, mark) => sum + mark + 1, 0);
  return { name, applied, behind, ...lines, parked: new Set(parked.map(({ stream }) => stream)).size };
}

async function servedLines(projections: ComparableProjections, name: ProjectionName): Promise<Lines> {
  const { served } = await projections.versions(name);
  return served === undefined ? [] : projections.lines(name, served.version);
}

/** The log as it was when a projection stood at its watermarks. */
function upTo(log: EventLog, marks: Marks): EventLog {
  const bound = (partition: Partition): Offset => marks.get(partition) ?? BEFORE_FIRST;
  return {
    epoch: () => log.epoch(),
    partitions: async () => [...marks.keys()],
    last: async (partition) => offset(Math.min(bound(partition), await log.last(partition))),
    read: async (partition, after, limit) =>
      after >= bound(partition) ? [] : (await log.read(partition, after, limit)).filter((entry) => entry.offset <= bound(partition)),
  };
}

async function replay(
  projection: Projection<unknown, HeadwaterEvent>,
  log: EventLog,
  store: ProjectionStore,
  problem: (text: string) => void,
): Promise<void> {
  const runner = new ProjectionRunner({ log, store, codec: eventCodec, projections: [projection], limit: REPLAY_LIMIT });
  try {
    await runner.prepare();
    for (const partition of await log.partitions()) await runner.catchUp(partition);
  } catch (error) {
    problem(`The log cannot be replayed into ${projection.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
