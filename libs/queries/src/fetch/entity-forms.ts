import { Inject, Injectable, Optional } from '@nestjs/common';
import type { Content } from '@headwater/event-sourcing';
import type { RdfWriter } from '@headwater/linked-data';
import { RDF_WRITER, URLS, type QueryParams } from '@headwater/platform';
import { expandedEntity, fetchedEntity, rejection, type Urls } from '@headwater/representations';
import type { Entity } from '@headwater/resources';
import { Negotiation, type Offer } from '../requests/negotiation.js';

export type EntityForm = 'compacted' | 'expanded' | 'n-quads' | 'n-triples' | 'dot';
export type EntityOffer = Offer<EntityForm>;

export const VARY = 'Accept, Accept-Encoding';

const PROFILE = 'http://www.w3.org/ns/json-ld#';

const JSON_FORMS: readonly [EntityOffer, ...EntityOffer[]] = [
  { form: 'compacted', contentType: 'application/ld+json', mark: 'l', profile: `${PROFILE}compacted` },
  { form: 'expanded', contentType: `application/ld+json;profile="${PROFILE}expanded"`, mark: 'p', profile: `${PROFILE}expanded` },
  { form: 'compacted', contentType: 'application/json', mark: 'j' },
];

const RDF_FORMS: readonly EntityOffer[] = [
  { form: 'n-quads', contentType: 'application/n-quads', mark: 'q' },
  { form: 'n-triples', contentType: 'application/n-triples', mark: 't' },
  { form: 'dot', contentType: 'text/vnd.graphviz', mark: 'g' },
];

/** The forms in which an entity is served (resources.md 1.6). */
@Injectable()
export class EntityForms {
  readonly #negotiation: Negotiation<EntityForm>;

  constructor(
    @Inject(URLS) private readonly urls: Urls,
    @Optional() @Inject(RDF_WRITER) private readonly rdf?: RdfWriter,
  ) {
    this.#negotiation = new Negotiation(rdf === undefined ? JSON_FORMS : [...JSON_FORMS, ...RDF_FORMS]);
  }

  /**
   * By the `Accept` header; `format` decides between the forms of JSON.
   *
   * @throws UnacceptedResponseContentTypeRejection, InvalidRequiredValueForQueryParamRejection for another `format`
   */
  choose(accept: string | undefined, query: QueryParams | undefined): EntityOffer {
    const format = query?.one('format');
    if (format !== undefined && format !== 'compacted' && format !== 'expanded') {
      const reason = "Request is missing required value 'compacted|expanded' for query parameter 'format'";
      throw rejection('InvalidRequiredValueForQueryParamRejection', reason);
    }
    const offer = this.#negotiation.choose(accept);
    const isJson = offer.form === 'compacted' || offer.form === 'expanded';
    if (format === undefined || format === offer.form || !isJson) return offer;
    const [contentType = offer.contentType] = offer.contentType.split(';', 1);
    return { form: format, contentType, mark: `${offer.mark}${format === 'expanded' ? 'e' : 'c'}` };
  }

  /** The answer to a fetch in a form. */
  render(form: EntityForm, entity: Entity, { compacted, expanded }: Pick<Content, 'compacted' | 'expanded'>): string {
    if (form === 'compacted') return fetchedEntity(this.urls, entity, compacted);
    const whole = expandedEntity(this.urls, entity, expanded);
    if (form === 'expanded') return whole;
    if (this.rdf === undefined) throw new Error(`The form ${form} was not offered.`);
    switch (form) {
      case 'n-quads':
        return this.rdf.nQuads(whole, entity.id);
      case 'n-triples':
        return this.rdf.nTriples(whole);
      case 'dot':
        return this.rdf.dot(whole, entity.id);
    }
  }
}
