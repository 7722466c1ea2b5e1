import findMyWay from 'find-my-way';

/** What a `GET` route answers besides; left out of `Allow`, as a client of the reference expects (recordings 314 to 322). */
const IMPLIED = new Set(['HEAD', 'OPTIONS', 'TRACE']);

interface RouterOptions {
  readonly ignoreTrailingSlash: boolean;
  readonly maxParamLength: number;
}

/**
 * The methods that the routes of a path have: what tells an unknown path (404) from a known one that was asked with another verb (405).
 * Asked only after routing has failed.
 */
export class AllowedMethods {
  readonly #router: findMyWay.Instance<findMyWay.HTTPVersion.V1>;
  readonly #methods = new Set<string>();
  readonly #known = new Set<string>();

  constructor(options: RouterOptions) {
    this.#router = findMyWay(options);
  }

  add(method: string | readonly string[], path: string): void {
    for (const one of typeof method === 'string' ? [method] : method) {
      const key = `${one} ${path.replace(/(.)\/$/, '$1')}`;
      if (IMPLIED.has(one) || this.#known.has(key)) continue;
      this.#known.add(key);
      this.#methods.add(one);
      this.#router.on(one as findMyWay.HTTPMethod, path, () => undefined);
    }
  }

  /** The methods of a path, sorted; none where no route has it. `url` may have a query. */
  of(url: string): readonly string[] {
    const query = url.indexOf('?');
    const path = query === -1 ? url : url.slice(0, query);
    return [...this.#methods].sort().filter((method) => {
      const found = this.#router.find(method as findMyWay.HTTPMethod, path);
      return found !== null && !Object.values(found.params).includes('');
    });
  }
}
