import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { recordedIn, revision, type Actor, type EventStore, type NewestCommit, type StreamName } from '@headwater/event-sourcing';
import { entityCodec } from '@headwater/event-contracts';
import { ABSENT, resourceDecider } from '@headwater/resources';
import { isJsonObject, member, type Iri, type JsonSource } from '@headwater/linked-data';
import { EVENT_STORE } from '@headwater/platform';
import { malformedHeader, rejection } from '@headwater/representations';
import type { Written } from '../answers/write-answers.js';
import type { ProjectNames } from './located-project.js';

const HEADER = 'idempotency-key';
const MAX_LENGTH = 255;

/**
 * The key of a request that may be sent again: 1 to 255 visible ASCII characters.
 *
 * @throws MalformedHeaderRejection
 */
export function idempotencyKeyIn(headers: Readonly<Record<string, string | readonly string[] | undefined>>): string | undefined {
  const value = headers[HEADER];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value) || value.length > MAX_LENGTH) {
    throw malformedHeader('Idempotency-Key', `It must be given once, and be 1 to ${MAX_LENGTH} visible ASCII characters without blanks.`);
  }
  return value;
}

/** A document with an id of its own needs no key, and ignores one. */
export const namesItsId = ({ value }: JsonSource): boolean => isJsonObject(value) && member(value, '@id') !== undefined;

/** The id of what is created with a key: the same for the same key, caller and project. It has the shape of a UUID (RFC 9562, version 8). */
export function idFor(key: string, actor: Actor, project: ProjectNames): Iri {
  const caller = actor.type === 'Anonymous' ? '' : JSON.stringify([actor.realm, actor.subject]);
  const hex = hash('sha256', JSON.stringify(['headwater idempotency key', project.uuid, caller, key]), 'hex');
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return (project.base + uuid) as Iri;
}

/** Gives the first answer again to a request that was sent before with the same key. */
@Injectable()
export class FirstAnswers {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** Whether a request with the key was here before. */
  async exists(stream: StreamName, known?: { readonly commit: NewestCommit | undefined }): Promise<boolean> {
    const newest = known === undefined ? (await this.store.newest([stream]))[0] : known.commit;
    return newest !== undefined;
  }

  /**
   * @returns what the first request with the key has made, as it was then.
   * @throws IdempotencyKeyReused where that was another document or another tag.
   */
  async of(stream: StreamName, { hash: sent, tag }: { readonly hash: string; readonly tag?: string | undefined }): Promise<Written> {
    const first = revision(1);
    const [commit] = await this.store.read(stream, first, first);
    const event = commit === undefined ? undefined : recordedIn(commit, entityCodec)[0];
    if (event?.type !== 'ResourceCreated' || event.data.hash !== sent || event.data.tag !== tag) {
      throw rejection(
        'IdempotencyKeyReused',
        'The Idempotency-Key was sent before, with another body. Use a new key for another resource.',
      );
    }
    const entity = resourceDecider.evolve(ABSENT, event);
    if (entity.kind === 'absent') throw new Error(`The first event of ${stream} made nothing.`);
    return { entity, position: { kind: 'revision', stream, revision: first } };
  }
}
