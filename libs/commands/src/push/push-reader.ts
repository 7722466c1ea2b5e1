import { Inject, Injectable } from '@nestjs/common';
import { Rejection, type Cause, type EventStore, type Loaded, type PushId, type StreamName } from '@headwater/event-sourcing';
import { entityStream, type Pushed } from '@headwater/event-contracts';
import { MalformedPush, TooManyItems, contentHash, pushedItems, type Outcome, type PushedItem } from '@headwater/datasets';
import type { Located } from '@headwater/directory';
import { InvalidDocument, mustNotBeReserved } from '@headwater/linked-data';
import { EVENT_STORE, HeadwaterConfig } from '@headwater/platform';
import { rejection } from '@headwater/representations';
import { sameButForModified, type EntityState } from '@headwater/resources';
import { Documents } from '../resources/documents.js';
import { mustFit } from '../resources/event-size.js';
import { mayBeUnconstrained } from '../resources/located-project.js';
import type { Push } from './push-messages.js';
import { PushPlan } from './push-plan.js';
import { Slices } from './slices.js';

/** Items are looked up in batches of this many. */
const BATCH = 256;

interface HashedItem {
  readonly item: PushedItem;
  readonly stream: StreamName;
  /** Undefined for a deletion. */
  readonly hash: string | undefined;
}

interface Reading {
  readonly located: Located;
  readonly push: Push;
  readonly id: PushId;
  readonly plan: PushPlan;
  readonly outcomes: Outcome[];
  readonly slices: Slices;
}

/** What a push comes to before anything is stored. */
export interface ReadPush {
  readonly plan: PushPlan;
  readonly outcomes: readonly Outcome[];
}

/**
 * Reads a push and decides each of its items. Whether an item is unchanged is seen by its hash, before its JSON-LD is expanded; the work is
 * done in slices, so that other requests are answered meanwhile.
 */
@Injectable()
export class PushReader {
  constructor(
    private readonly config: HeadwaterConfig,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly documents: Documents,
  ) {}

  /** @throws MalformedRequestContentRejection, PayloadTooLarge; what the store throws. */
  async read(push: Push, id: PushId, located: Located, cause: Cause): Promise<ReadPush> {
    const plan = new PushPlan(this.store, cause, (commit) => mustFit(commit, this.config.eventMaxBytes));
    const reading: Reading = { located, push, id, plan, outcomes: [], slices: new Slices() };
    let batch: HashedItem[] = [];
    for (const item of itemsOf(reading, cause, this.config)) {
      if ('successful' in item) {
        reading.outcomes.push(item);
      } else {
        // Its outcome has its place now; what decides it later puts a failure there.
        reading.outcomes.push({ successful: true, index: item.index });
        const hash = item.deleted ? undefined : contentHash(item.source);
        batch.push({ item, stream: entityStream(push.project, item.iri), hash });
      }
      if (batch.length === BATCH) {
        await this.#decideBatch(batch, reading);
        batch = [];
      }
      await reading.slices.pause();
    }
    await this.#decideBatch(batch, reading);
    return { plan, outcomes: reading.outcomes };
  }

  async #decideBatch(batch: readonly HashedItem[], reading: Reading): Promise<void> {
    if (batch.length === 0) return;
    const { plan, slices } = reading;
    const newest = await this.store.newest(batch.map(({ stream }) => stream));
    for (const [index, one] of batch.entries()) {
      const loaded = plan.planned(one.stream) ?? (await plan.load(one.stream, newest[index]));
      if (!isUnchanged(one, loaded)) await this.#decide(one, loaded, reading);
      await slices.pause();
    }
  }

  async #decide({ item, hash }: HashedItem, loaded: Loaded<EntityState>, reading: Reading): Promise<void> {
    const { push, id, plan, located } = reading;
    const pushed: Pushed = { dataset: push.dataset, push: id, identity: item.identity };
    try {
      if (hash === undefined) {
        plan.add(loaded, { type: 'delete', pushed });
      } else {
        const content = await this.documents.read({ located, source: item.source, id: item.iri, hash });
        mustNotBeReserved(content);
        if (loaded.state.kind === 'absent') mayBeUnconstrained(located, content.types);
        plan.add(loaded, { type: 'store', content, pushed });
      }
    } catch (error) {
      fail(reading.outcomes, item.index, error);
    }
  }
}

function* itemsOf({ push, located }: Reading, cause: Cause, config: HeadwaterConfig): ReturnType<typeof pushedItems> {
  const { pushMaxItems: maxItems, jsonldMaxDepth: maxDepth } = config;
  try {
    yield* pushedItems({ text: push.text, base: located.project.base, client: clientOf(cause), maxItems, maxDepth });
  } catch (error) {
    if (error instanceof MalformedPush) throw rejection('MalformedRequestContentRejection', error.message);
    if (error instanceof TooManyItems) throw rejection('PayloadTooLarge', error.message);
    throw error;
  }
}

/** Whose key a `dataPointKey` is. */
const clientOf = ({ actor }: Cause): string => (actor.type === 'Anonymous' ? 'anonymous' : `${actor.realm}/${actor.subject}`);

/** What is stored already, seen without reading the item as JSON-LD. */
function isUnchanged({ hash }: HashedItem, { state }: Loaded<EntityState>): boolean {
  if (hash === undefined) return state.kind === 'absent';
  return state.kind === 'resource' && !state.deprecated && sameButForModified(hash, state.hash);
}

/** What is wrong with one item is its outcome; what is wrong with the service is not. */
function fail(outcomes: Outcome[], index: number, error: unknown): void {
  if (!(error instanceof InvalidDocument || error instanceof Rejection)) throw error;
  const details = error instanceof InvalidDocument ? error.extras()['details'] : undefined;
  const message = typeof details === 'string' && !error.message.includes(details) ? `${error.message} ${details}` : error.message;
  const place = outcomes.findLastIndex((outcome) => outcome.index === index);
  outcomes[place] = { successful: false, index, error: message };
}
