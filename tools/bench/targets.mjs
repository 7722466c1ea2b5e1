import { header, requestBytes, textOf, Wire } from '../lib/wire.mjs';
import { askOnce, unexpected } from './load.mjs';
import { idOf, item, resource } from './document.mjs';

const segment = encodeURIComponent;

/** The bare baseline, see baseline.mjs. */
export class Bare {
  name = 'bare';
  idle = 0;

  constructor(service) {
    this.service = service;
  }

  async prepare() {}
  async settle() {}

  create = (series, n) => this.#request('POST', '/things', { body: resource(series, n) });
  fetch = (series, n, etag) =>
    this.#request('GET', `/things/${segment(idOf(series, n))}`, etag ? { headers: { 'If-None-Match': etag } } : {});
  list = () => this.#request('GET', '/things');
  push = (series, numbers) => this.#request('POST', '/push', { body: `[${numbers.map((n) => item(series, n)).join(',')}]` });
  changes = (series, { since, limit } = {}) =>
    this.#request('GET', `/changes?${new URLSearchParams({ ...(since && { since }), ...(limit && { limit }) })}`);
  events = () => this.#request('GET', '/events');

  #request(method, path, rest) {
    return requestBytes(method, this.service.url, path, rest);
  }
}

const org = 'bench';

/** The service. Each series of documents is a project, and its dataset. */
export class Headwater {
  name = 'headwater';
  idle = 0;
  /** Resources that were created one by one. */
  created = 0;

  constructor(service) {
    this.service = service;
  }

  async prepare(series) {
    await this.#ensure(`/v1/orgs/${org}`);
    for (const name of [...series, 'sentinel']) await this.#ensure(`/v1/projects/${org}/${name}`);
  }

  /**
   * One more resource, after all the others; what is listed, linked and in the feed once it is, holds everything before it.
   */
  async settle() {
    const id = Date.now() * 1000 + (this.created % 1000);
    const written = await askOnce(this, this.create('sentinel', id), 201);
    const headers = { 'Headwater-Wait-For': header(written, 'headwater-position') };
    const reads = [
      `/v1/resources/${org}/sentinel?size=1`,
      `/v1/resources/${org}/sentinel/_/${segment(idOf('sentinel', id))}/outgoing`,
      `/datasets/${org}.sentinel/changes?since=now`,
    ];
    for (const path of reads) await askOnce(this, this.#request('GET', path, { headers }));
  }

  create = (series, n) => {
    this.created += 1;
    return this.#request('POST', `/v1/resources/${org}/${series}`, { body: resource(series, n) });
  };
  fetch = (series, n, etag) => this.#request('GET', this.#resource(series, n), etag ? { headers: { 'If-None-Match': etag } } : {});
  list = (series) => this.#request('GET', `/v1/resources/${org}/${series}?size=20`);
  incoming = (series, n) => this.#request('GET', `${this.#resource(series, n)}/incoming?size=5`);
  outgoing = (series, n) => this.#request('GET', `${this.#resource(series, n)}/outgoing?size=5`);
  push = (series, numbers) =>
    this.#request('POST', `/dataset/${org}.${series}/resources`, { body: `[${numbers.map((n) => item(series, n)).join(',')}]` });
  changes = (series, { since, limit } = {}) =>
    this.#request('GET', `/datasets/${org}.${series}/changes?${new URLSearchParams({ ...(since && { since }), ...(limit && { limit }) })}`);
  events = (series, lastId) =>
    this.#request('GET', `/v1/resources/${org}/${series}/events`, {
      headers: { Accept: 'text/event-stream', ...(lastId && { 'Last-Event-ID': lastId }) },
    });

  #resource = (series, n) => `/v1/resources/${org}/${series}/_/${segment(idOf(series, n))}`;

  async #ensure(path) {
    const wire = await Wire.open(this.service.url.hostname, Number(this.service.url.port));
    const request = this.#request('PUT', path, { body: '{}' });
    const answer = await wire.ask(request);
    wire.close();
    if (answer.status !== 201 && answer.status !== 409) throw unexpected(this, request, answer);
  }

  #request(method, path, rest) {
    return requestBytes(method, this.service.url, path, rest);
  }
}

/** Items and continuation of a page of changes; works for both. @param {import('../lib/wire.mjs').Answer} answer */
export function changesPage(answer) {
  const parts = JSON.parse(textOf(answer));
  const continuation = parts.at(-1);
  if (continuation?.id !== '@continuation') throw new Error('a page of changes without a continuation');
  return { items: parts.filter(({ id }) => id !== '@context' && id !== '@continuation').length, token: continuation.token };
}
