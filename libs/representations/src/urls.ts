import type { Actor } from '@headwater/event-sourcing';
import { projectName, type ProjectRef } from '@headwater/event-contracts';
import { encodeSegment, type Iri } from '@headwater/linked-data';

/** The addresses of everything served, below the one configured public URL; never taken from a request's `Host`. */
export class Urls {
  /** `{public URL}/v1`. */
  readonly v1: string;

  constructor(readonly publicUrl: string) {
    // What would end a text in JSON has no place in an address: the texts that are made of it are not escaped again.
    this.v1 = `${publicUrl.replace(/\/+$/, '').replace(/["\\]/g, encodeURIComponent)}/v1`;
  }

  readonly organization = (label: string): string => `${this.v1}/orgs/${label}`;
  readonly project = (ref: ProjectRef): string => `${this.v1}/projects/${projectName(ref)}`;
  /** Of a project named `{org}/{project}`. */
  readonly projectNamed = (name: string): string => `${this.v1}/projects/${name}`;

  /** `_self` of an entity: always its full id as one segment (ruling 8). */
  readonly entity = (ref: ProjectRef, id: Iri): string => `${this.v1}/resources/${projectName(ref)}/_/${encodeSegment(id)}`;

  readonly actor = (actor: Actor): string =>
    actor.type === 'Anonymous'
      ? `${this.v1}/anonymous`
      : `${this.v1}/realms/${encodeURIComponent(actor.realm)}/users/${encodeURIComponent(actor.subject)}`;

  /** The default `base` and `vocab` of a project: made absolute once, when the project's event is made (resources.md 3.1). */
  readonly defaultBase = (ref: ProjectRef): Iri => `${this.v1}/resources/${projectName(ref)}/_/` as Iri;
  readonly defaultVocab = (ref: ProjectRef): Iri => `${this.v1}/vocabs/${projectName(ref)}/` as Iri;
}
