import { entityStream, projectName } from '@headwater/event-contracts';
import type { Iri, Link } from '@headwater/linked-data';
import { LINKS, type FoundLink, type LinksPage, type LinksQuery, type LinksReader, type ListedEntity } from '@headwater/read-models';
import { Query, inSnapshot } from '../database.js';
import { edgesTable, linksTable, targetsTable, unpack } from '../tables/links.tables.js';
import { PerCopy, type Served } from './served.js';
import type { SqliteResourcesReader } from './resources.reader.js';

interface Statements {
  readonly target: Query<readonly [id: number, incoming: number]>;
  readonly incoming: Query<readonly [source: string, path: number, types: number, stream: number]>;
  readonly outgoing: Query<readonly [string | null]>;
  readonly iri: Query<readonly [string]>;
}

/** Finds links, with what the resources projection knows of their other ends at the same moment. */
export class SqliteLinksReader implements LinksReader {
  readonly #statements: PerCopy<Statements>;

  constructor(
    private readonly served: Served,
    private readonly resources: SqliteResourcesReader,
  ) {
    const { db } = served;
    this.#statements = new PerCopy(served, LINKS, (copy) => ({
      target: new Query(db, `SELECT id, incoming FROM ${targetsTable(copy)} WHERE project = ? AND iri = ?`),
      incoming: new Query(
        db,
        `SELECT source, path, types, stream FROM ${edgesTable(copy)} WHERE target = ? ORDER BY source, n LIMIT ? OFFSET ?`,
      ),
      outgoing: new Query(db, `SELECT l.outgoing FROM streams s CROSS JOIN ${linksTable(copy)} l ON l.stream = s.id WHERE s.name = ?`),
      iri: new Query(db, `SELECT iri FROM ${targetsTable(copy)} WHERE id = ?`),
    }));
  }

  async incoming({ project, id, from, size }: LinksQuery): Promise<LinksPage> {
    return inSnapshot(this.served.db, () => {
      const { target, incoming } = this.#statements.now;
      const term = this.served.terms.idOf(projectName(project));
      const [found, total] = (term === undefined ? undefined : target.get(term, id)) ?? [undefined, 0];
      if (found === undefined) return { total: 0, links: [] };
      const links = incoming
        .all(found, size, from)
        .map(([source, path, types, stream]) => this.#link(source as Iri, path, types, this.resources.listedAt(stream, source as Iri)));
      return { total, links };
    });
  }

  async outgoing({
    project,
    id,
    from,
    size,
    includeExternalLinks,
  }: LinksQuery & { readonly includeExternalLinks: boolean }): Promise<LinksPage> {
    return inSnapshot(this.served.db, () => {
      const { outgoing, iri } = this.#statements.now;
      const [packed] = outgoing.get(entityStream(project, id)) ?? [null];
      const links: { readonly target: Iri; readonly path: number; readonly types: number }[] = [];
      const seen = new Set<string>();
      for (const [number, path, types] of unpack(packed)) {
        const key = `${number} ${path}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const [target] = iri.get(number) ?? [];
        if (target === undefined) throw new Error(`There is no link target ${number}.`);
        if (target !== id) links.push({ target: target as Iri, path, types });
      }
      if (includeExternalLinks) {
        return {
          total: links.length,
          links: links.slice(from, from + size).map(({ target, path, types }) => this.#found(project, target, path, types)),
        };
      }
      const internal = links
        .map(({ target, path, types }) => this.#found(project, target, path, types))
        .filter(({ entity }) => entity !== undefined);
      return { total: internal.length, links: internal.slice(from, from + size) };
    });
  }

  #found(project: LinksQuery['project'], id: Iri, path: number, types: number): FoundLink {
    return this.#link(id, path, types, this.resources.listedNow(project, id));
  }

  #link(id: Iri, path: number, types: number, entity: ListedEntity | undefined): FoundLink {
    const { terms } = this.served;
    const link = { id, path: terms.json(path) as Link['path'], types: terms.json(types) as Link['types'] };
    return entity === undefined ? link : { ...link, entity };
  }
}
