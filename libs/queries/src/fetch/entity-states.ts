import { Inject, Injectable } from '@nestjs/common';
import {
  BEFORE_FIRST,
  NO_REVISION,
  StoreUnavailable,
  recordedIn,
  revision,
  type Commit,
  type Content,
  type EventCodec,
  type EventId,
  type EventStore,
  type Recorded,
  type Revision,
  type Row,
  type StreamName,
} from '@headwater/event-sourcing';
import { eventCodec, type EntityEvent } from '@headwater/event-contracts';
import { EVENT_STORE, HeadwaterConfig, RESOURCES_READER } from '@headwater/platform';
import { resourcesProjection, type EntityRow, type ResourcesReader } from '@headwater/read-models';
import { rejection } from '@headwater/representations';
import { entityKind, revisionNotFound, tagNotFound, type Entity } from '@headwater/resources';
import { stateAt } from '../requests/state-at.js';
import { RecentStates } from './recent-states.js';

/** An entity as of a revision. */
export interface EntityAt {
  readonly stream: StreamName;
  readonly entity: Entity;
  /** Of the event that made this revision: with it, the representation is named for ever. */
  readonly eventId: EventId;
  /** Its document as a fetch serves it, where it was found on the way. */
  readonly compacted?: string;
  /** All texts of its document, where they were found on the way. */
  readonly content?: Content;
}

/** Which revision a request is about. */
export type Version =
  { readonly kind: 'latest' } | { readonly kind: 'rev'; readonly rev: number } | { readonly kind: 'tag'; readonly tag: string };

/** A stream and its newest revision, as of the look-up of the request; undefined where it has none. */
export interface StreamAt {
  readonly stream: StreamName;
  readonly newest: Revision | undefined;
}

/** Of each of two generations. */
const REMEMBERED_CHARACTERS = 8 * 1024 * 1024;

const codec = eventCodec as unknown as EventCodec<EntityEvent>;

/**
 * What entities are and were. The newest state is never older than the newest commit (design.md, Catch-up on read): where the read model is
 * behind, the missing commits are folded with the same functions that it is made of.
 */
@Injectable()
export class EntityStates {
  readonly #recent = new RecentStates(REMEMBERED_CHARACTERS);

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(RESOURCES_READER) private readonly resources: ResourcesReader,
    private readonly config: HeadwaterConfig,
  ) {}

  /**
   * The newest state with its compacted document; undefined where there is no such entity.
   *
   * @param eventual whether the last applied state will do where the newest one cannot be made.
   * @throws ParkedResource naming the revision that cannot be applied; StoreUnavailable.
   */
  async latest({ stream, newest: known }: StreamAt, eventual: boolean): Promise<EntityAt | undefined> {
    const remembered = this.#remembered(stream, known);
    if (known === undefined || remembered?.compacted !== undefined) return remembered;
    const { row, newest } = await this.resources.latest(stream);
    if (row !== undefined && row.revision >= newest) return this.#kept(fromRow(row));
    return newest === 0 ? undefined : this.#caughtUp(stream, row, newest, eventual);
  }

  /**
   * The newest state, for callers that do not need its document: it comes with the newest commit, whatever a projection can make of the events.
   *
   * @throws ParkedResource where not even that can be read; StoreUnavailable.
   */
  async latestState({ stream, newest: known }: StreamAt): Promise<EntityAt | undefined> {
    const remembered = this.#remembered(stream, known);
    if (known === undefined || remembered !== undefined) return remembered;
    const { row, newest, parkedAt } = await this.resources.latest(stream);
    if (row !== undefined && row.revision >= newest) return this.#kept(fromRow(row));
    if (newest === 0) return undefined;
    try {
      return await this.#at(stream, newest);
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      throw parked(stream, parkedAt ?? newest);
    }
  }

  /** The state that was applied last, without the event store; undefined where none was. @throws StoreUnavailable for the read model itself */
  async applied(stream: StreamName): Promise<EntityAt | undefined> {
    const row = await this.resources.applied(stream);
    return row === undefined ? undefined : fromRow(row);
  }

  /** The state at a revision; undefined where there is no such entity. @throws RevisionNotFound, StoreUnavailable */
  async at(stream: StreamName, rev: number): Promise<EntityAt | undefined> {
    const found = await this.#at(stream, revision(rev));
    if (found !== undefined) return found;
    const [newest] = await this.store.newest([stream]);
    if (newest === undefined) return undefined;
    throw revisionNotFound(rev, newest.revision);
  }

  /** The state that a request asks for; its document's texts only as far as they came along. @throws RevisionNotFound, TagNotFound */
  async version(target: StreamAt, version: Version): Promise<EntityAt | undefined> {
    const { stream, newest } = target;
    if (newest === undefined) return undefined;
    if (version.kind === 'latest') return this.latestState(target);
    if (version.kind === 'rev') return this.at(stream, version.rev);
    const latest = await this.latestState(target);
    const tag = latest?.entity.tags.find((one) => one.tag === version.tag);
    if (latest === undefined) return undefined;
    if (tag === undefined) throw tagNotFound(version.tag);
    return this.#at(stream, revision(tag.rev));
  }

  /** The texts of the document of a state. */
  async content({ stream, entity, content }: EntityAt): Promise<Content> {
    if (content !== undefined) return content;
    const [commit] = await this.store.commits([{ stream, base: entity.contentBase }]);
    const found = commit === undefined ? undefined : contentIn(commit, entity.contentRev);
    if (found === undefined) throw new Error(`Revision ${String(entity.contentRev)} of ${stream} has no content, but its state says so.`);
    return found;
  }

  #remembered(stream: StreamName, newest: Revision | undefined): EntityAt | undefined {
    return newest === undefined ? undefined : this.#recent.at(stream, newest);
  }

  #kept(state: EntityAt): EntityAt {
    this.#recent.remember(state);
    return state;
  }

  async #caughtUp(stream: StreamName, row: Row<EntityRow> | undefined, newest: Revision, eventual: boolean): Promise<EntityAt> {
    const applied = row?.revision ?? NO_REVISION;
    // However far behind, the newest commit and the one of the content say it all.
    if (newest - applied > this.config.catchUpMax) return this.#withDocument(stream, newest);
    const commits = await this.store.read(stream, revision(applied + 1), newest);
    const { reached, failed } = caughtUp(commits, row, applied);
    if (failed !== undefined && row !== undefined && eventual) return fromRow(row);
    if (failed !== undefined) throw parked(stream, failed);
    if (reached === undefined || reached.revision < newest) {
      throw new Error(`${stream} has no revision ${String(newest)}, but that is its newest.`);
    }
    return this.#kept(fromRow(reached));
  }

  async #withDocument(stream: StreamName, newest: Revision): Promise<EntityAt> {
    const found = await this.#at(stream, newest);
    if (found === undefined) throw new Error(`${stream} has no revision ${String(newest)}, but that is its newest.`);
    const content = await this.content(found);
    return this.#kept({ ...found, compacted: content.compacted });
  }

  async #at(stream: StreamName, rev: Revision): Promise<EntityAt | undefined> {
    const found = await stateAt(this.store, entityKind, stream, rev);
    if (found === undefined) return undefined;
    const { state: entity, eventId, commit } = found;
    if (entity.kind === 'absent') throw new Error(`Nothing is left of ${stream} at revision ${String(rev)}.`);
    const content = contentIn(commit, entity.contentRev);
    return { stream, entity, eventId, ...(content === undefined ? {} : { content, compacted: content.compacted }) };
  }
}

/** The texts that a commit holds of a revision. */
const contentIn = ({ base, events }: Commit, rev: Revision): Content | undefined => events[rev - base - 1]?.content;

const fromRow = ({ stream, eventId, value: { entity, compacted } }: Row<EntityRow>): EntityAt => ({
  stream,
  entity,
  eventId,
  compacted,
});

/** Folds commits that a row has not seen. `failed` is the revision that cannot be applied. Pure. */
function caughtUp(
  commits: readonly Commit[],
  row: Row<EntityRow> | undefined,
  applied: Revision,
): { readonly reached?: Row<EntityRow>; readonly failed?: Revision } {
  let reached = row;
  for (const commit of commits) {
    const last = reached?.revision ?? applied;
    let at = revision(Math.max(last, commit.base) + 1);
    try {
      for (const recorded of recordedIn(commit, codec)) {
        if (recorded.revision <= last) continue;
        at = recorded.revision;
        reached = moved(reached, recorded, commit);
      }
    } catch {
      return { failed: at };
    }
  }
  return reached === undefined ? {} : { reached };
}

function moved(row: Row<EntityRow> | undefined, recorded: Recorded<EntityEvent>, { partition }: Commit): Row<EntityRow> {
  const value = resourcesProjection.project(row?.value, { partition, offset: BEFORE_FIRST, recorded });
  return { stream: recorded.stream, revision: recorded.revision, eventId: recorded.id, value };
}

const parked = (stream: StreamName, at: Revision): Error =>
  rejection(
    'ParkedResource',
    `Revision ${String(at)} of '${stream}' cannot be applied, so that its newest state is not known. 'Headwater-Consistency: eventual' gives the last one that is.`,
    { parkedAt: at },
  );
