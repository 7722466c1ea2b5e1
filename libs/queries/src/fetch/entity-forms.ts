import { Injectable } from '@nestjs/common';
import type { QueryParams } from '@headwater/platform';
import { rejection } from '@headwater/representations';
import { Negotiation, type Offer } from '../requests/negotiation.js';

export type EntityForm = 'compacted' | 'expanded';
export type EntityOffer = Offer<EntityForm>;

export const VARY = 'Accept, Accept-Encoding';

const PROFILE = 'http://www.w3.org/ns/json-ld#';

const OFFERS: readonly [EntityOffer, ...EntityOffer[]] = [
  { form: 'compacted', contentType: 'application/ld+json', mark: 'l', profile: `${PROFILE}compacted` },
  { form: 'expanded', contentType: `application/ld+json;profile="${PROFILE}expanded"`, mark: 'p', profile: `${PROFILE}expanded` },
  { form: 'compacted', contentType: 'application/json', mark: 'j' },
];

/** The forms in which an entity is served (resources.md 1.6). */
@Injectable()
export class EntityForms {
  readonly #negotiation = new Negotiation(OFFERS);

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
    if (format === undefined || format === offer.form) return offer;
    const [contentType = offer.contentType] = offer.contentType.split(';', 1);
    return { form: format, contentType, mark: `${offer.mark}${format === 'expanded' ? 'e' : 'c'}` };
  }
}
