import type { StreamName } from '@headwater/event-sourcing';
import type { FeedScope } from '@headwater/read-models';
import type { EventChunk } from './event-chunk.js';
import { eventChunk } from './event-chunk.js';
import type { EventConnection } from './event-connection.js';

/** One chunk for many connections. */
export interface Delivery {
  readonly chunk: EventChunk;
  readonly connections: readonly EventConnection[];
}

/** Those who follow one scope, and what they are to be sent with the next tick. */
class Followers {
  readonly connections = new Set<EventConnection>();
  readonly #waiting: string[] = [];

  add(text: string): void {
    this.#waiting.push(text);
  }

  /** What is to be sent now, as one chunk for all. */
  take(): EventChunk | undefined {
    if (this.#waiting.length === 0) return undefined;
    return eventChunk(this.#waiting.splice(0).join(''));
  }
}

const keyOf = (scope: FeedScope): string => {
  switch (scope.kind) {
    case 'global':
      return '';
    case 'organization':
      return scope.organization;
    case 'project':
      return `${scope.organization}/${scope.project}`;
  }
};

/** The live connections by the scope that they follow. */
export class EventScopes {
  readonly #followers = new Map<string, Followers>();
  #count = 0;

  /** How many connections are live. */
  get count(): number {
    return this.#count;
  }

  add(scope: FeedScope, connection: EventConnection): void {
    const key = keyOf(scope);
    const followers = this.#followers.get(key) ?? new Followers();
    this.#followers.set(key, followers);
    followers.connections.add(connection);
    this.#count += 1;
  }

  remove(scope: FeedScope, connection: EventConnection): void {
    const key = keyOf(scope);
    const followers = this.#followers.get(key);
    if (followers?.connections.delete(connection) !== true) return;
    this.#count -= 1;
    if (followers.connections.size === 0) this.#followers.delete(key);
  }

  /** Those who follow a scope that an entity's stream belongs to: `entity/{org}/{project}/{iri}`. */
  of(stream: StreamName): readonly Followers[] {
    const organization = stream.indexOf('/') + 1;
    const project = stream.indexOf('/', organization);
    const end = stream.indexOf('/', project + 1);
    const found = [
      this.#followers.get(''),
      this.#followers.get(stream.slice(organization, project)),
      this.#followers.get(stream.slice(organization, end)),
    ];
    return found.filter((followers) => followers !== undefined);
  }

  /** What waits to be sent, and to whom: to those who are live at this moment. */
  take(): readonly Delivery[] {
    const deliveries: Delivery[] = [];
    for (const followers of this.#followers.values()) {
      const chunk = followers.take();
      if (chunk !== undefined) deliveries.push({ chunk, connections: [...followers.connections] });
    }
    return deliveries;
  }
}
