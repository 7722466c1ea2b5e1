import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Revision, StreamName } from '@headwater/event-sourcing';
import { entityStream } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';
import { PositionWaiter, QueryParams, optionalRev } from '@headwater/platform';
import { malformedHeader, malformedParameter } from '@headwater/representations';
import { resourceNotFound } from '@headwater/resources';
import { ProjectScopes, type ProjectScope } from '../requests/project-scopes.js';
import { idOf, schemaOf } from '../requests/segments.js';
import type { EntityAt, Version } from './entity-states.js';

/** The segments of a path that names an entity, decoded. */
export interface EntityParams {
  readonly organization: string;
  readonly project: string;
  readonly schema: string;
  readonly id: string;
}

/** A path that names an entity. */
export type EntityRequest = FastifyRequest<{ Params: EntityParams }>;

/** What a request names, whether or not there is such an entity. */
export interface EntityAddress {
  readonly scope: ProjectScope;
  readonly id: Iri;
  /** The schema that the path asks for; undefined where it does not care. */
  readonly schema: Iri | undefined;
  readonly stream: StreamName;
}

/** The entity that a request names. */
export interface EntityTarget extends EntityAddress {
  /** The stream's newest revision; undefined where there is no such entity. */
  readonly newest: Revision | undefined;
}

const LATEST: Version = { kind: 'latest' };

/** Which entity a request names, and which revision of it. */
@Injectable()
export class EntityRequests {
  constructor(
    private readonly scopes: ProjectScopes,
    private readonly waiter: PositionWaiter,
  ) {}

  /** @throws ValidationRejection, OrganizationNotFound, ProjectNotFound, InvalidResourceId, ResourceNotFound; what `Headwater-Wait-For` asks for */
  async target(request: EntityRequest): Promise<EntityTarget> {
    // Nothing to wait for: what is answered is never older than the newest commit. But what cannot be read is refused.
    const reached = this.waiter.waitFor(request, []);
    if (reached !== undefined) await reached;
    const { organization, project, schema, id } = request.params;
    let iri: Iri | undefined;
    const { scope, stream, newest } = await this.scopes.withStream(organization, project, (found) =>
      entityStream(found.ref, (iri = idOf(id, found))),
    );
    return { scope, id: iri ?? idOf(id, scope), schema: schemaOf(schema, scope), stream, newest: newest?.revision };
  }

  /** What a request names, as far as can be told without the event store. @throws what `target` throws of the request itself, ProjectNotFound */
  async lastKnown(request: EntityRequest): Promise<EntityAddress> {
    const { organization, project, schema, id } = request.params;
    const scope = await this.scopes.lastKnown(organization, project);
    const iri = idOf(id, scope);
    return { scope, id: iri, schema: schemaOf(schema, scope), stream: entityStream(scope.ref, iri) };
  }
}

/** The query of a request; undefined where there is none, which is what most fetches look like. */
export const queryOf = (request: FastifyRequest): QueryParams | undefined =>
  request.url.includes('?') ? new QueryParams(request.query) : undefined;

/** `rev` or `tag`. @throws MalformedQueryParamRejection, also where both are given */
export function versionOf(query: QueryParams | undefined): Version {
  if (query === undefined) return LATEST;
  const rev = optionalRev(query);
  const tag = query.one('tag');
  if (tag === undefined) return rev === undefined ? LATEST : { kind: 'rev', rev };
  if (rev !== undefined) throw malformedParameter('tag', 'tag and rev query parameters cannot be present simultaneously');
  if (tag === '' || tag === 'latest') throw malformedParameter('tag', "A tag has at least one character, and 'latest' is reserved.");
  return { kind: 'tag', tag };
}

/** Whether the last applied state will do (ruling 11). @throws MalformedHeaderRejection for an unknown value */
export function isEventual(request: FastifyRequest): boolean {
  const value = request.headers['headwater-consistency'];
  if (value === undefined || value === 'strong') return false;
  if (value === 'eventual') return true;
  throw malformedHeader('Headwater-Consistency', "It is neither 'strong' nor 'eventual'.");
}

/** @throws ResourceNotFound where there is no such entity, or one of another schema than the path says */
export function mustExist(found: EntityAt | undefined, { id, scope, schema }: EntityAddress): EntityAt {
  if (found === undefined || (schema !== undefined && schema !== found.entity.schema.id)) throw resourceNotFound(id, scope.ref);
  return found;
}
