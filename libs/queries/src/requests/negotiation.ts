import { rejection } from '@headwater/representations';
import { mediaRanges, type MediaRange } from './accept.js';

/** A form in which something is served. */
export interface Offer<Form extends string = string> {
  readonly form: Form;
  readonly contentType: string;
  /** Tells the offers of one thing apart in its ETag. */
  readonly mark: string;
  /** The JSON-LD profile that asks for this form; without one, ranges without a profile do. */
  readonly profile?: string;
}

const REMEMBERED = 256;
const LONGEST_REMEMBERED = 256;

/**
 * Chooses among the forms of one kind of answer by the `Accept` header (resources.md 1.6): the highest quality wins, then the order of the
 * offers. The first offer answers requests without the header.
 */
export class Negotiation<Form extends string> {
  readonly #chosen = new Map<string, Offer<Form> | undefined>();
  readonly #available: string;

  constructor(private readonly offers: readonly [Offer<Form>, ...Offer<Form>[]]) {
    this.#available = [...new Set(offers.map(({ contentType }) => contentType.split(';', 1)[0]))].sort().join(', ');
  }

  /** @throws UnacceptedResponseContentTypeRejection naming what there is. */
  choose(accept: string | undefined): Offer<Form> {
    if (accept === undefined || accept === '' || accept === '*/*') return this.offers[0];
    const offer = this.#chosen.has(accept) ? this.#chosen.get(accept) : this.#choose(accept);
    if (offer === undefined) throw this.#refused();
    return offer;
  }

  #choose(accept: string): Offer<Form> | undefined {
    const ranges = mediaRanges(accept);
    let best: Offer<Form> | undefined;
    let most = 0;
    for (const offer of this.offers) {
      const quality = qualityOf(offer, ranges);
      if (quality > most) [best, most] = [offer, quality];
    }
    if (accept.length <= LONGEST_REMEMBERED) {
      if (this.#chosen.size >= REMEMBERED) this.#chosen.clear();
      this.#chosen.set(accept, best);
    }
    return best;
  }

  #refused(): Error {
    const reason = `Resource representation is only available with these types: '${this.#available}'`;
    return rejection('UnacceptedResponseContentTypeRejection', reason);
  }
}

/** The quality of the most specific range that an offer matches; 0 where it matches none. */
function qualityOf(offer: Offer, ranges: readonly MediaRange[]): number {
  let quality = 0;
  let closest = 0;
  for (const range of ranges) {
    const closeness = closenessOf(offer, range);
    if (closeness > closest) [quality, closest] = [range.quality, closeness];
  }
  return quality;
}

function closenessOf({ contentType, profile }: Offer, { name, profiles }: MediaRange): number {
  const [mediaType = ''] = contentType.split(';', 1);
  if (profiles.length > 0) return name === mediaType && profile !== undefined && profiles.includes(profile) ? 4 : 0;
  // A form that has to be asked for by its profile is not given to someone who asked for none.
  if (mediaType !== contentType) return 0;
  if (name === mediaType) return 3;
  if (name === '*/*') return 1;
  return name.endsWith('/*') && mediaType.startsWith(name.slice(0, -1)) ? 2 : 0;
}

/** What everything that is not an entity is served as. */
export const JSON_OFFERS: readonly [Offer<'json'>, ...Offer<'json'>[]] = [
  { form: 'json', contentType: 'application/ld+json', mark: 'l' },
  { form: 'json', contentType: 'application/json', mark: 'j' },
];

/** What datasets and their feeds are served as: plain JSON, called JSON-LD only where nothing else is taken. */
export const DATASET_OFFERS: readonly [Offer<'json'>, ...Offer<'json'>[]] = [
  { form: 'json', contentType: 'application/json', mark: 'j' },
  { form: 'json', contentType: 'application/ld+json', mark: 'l' },
];
