import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { NoAnswer, isFault } from './client.mjs';

/**
 * Reads the changes feed page by page, as a client does that copies a project: takes the items over, then remembers the token.
 * It goes on with that token after the service was killed.
 */
export class ChangesReader {
  /** @type {Map<string, { rev: number, deleted: boolean, value: unknown }>} */
  items = new Map();
  pages = 0;
  #token;
  #scene;

  /** @param {import('./scene.mjs').Scene} scene */
  constructor(scene) {
    this.#scene = scene;
  }

  /** Until it is stopped, or the service is gone where that ends the load. @param {AbortSignal} stop */
  async run(stop) {
    while (!stop.aborted) {
      try {
        if (!(await this.#page())) await sleep(10);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (!this.#scene.goesOn) return;
        await sleep(100);
      }
    }
  }

  /** To the end of the feed. */
  async catchUp() {
    while (await this.#page());
  }

  /** @returns {Promise<boolean>} whether there is more */
  async #page() {
    const { client, project, violations, goesOn } = this.#scene;
    const query = new URLSearchParams({ limit: '40', ...(this.#token && { since: this.#token }) });
    const answer = await client.ask('GET', `/datasets/${project.replace('/', '.')}/changes?${query}`);
    if (goesOn && isFault(answer)) throw new NoAnswer(`the changes feed was answered ${answer.status}`);
    if (answer.status !== 200) {
      violations.push(`the changes feed answered ${answer.status} to a token of its own: ${JSON.stringify(answer.body).slice(0, 300)}`);
      return false;
    }
    const continuation = answer.body.at(-1);
    for (const item of answer.body.slice(1, -1)) this.#take(item);
    if (answer.body.length > 2) this.pages += 1;
    this.#token = continuation.token;
    return continuation.more;
  }

  #take({ id, _rev: rev, value, meta }) {
    const known = this.items.get(id);
    if (known && known.rev >= rev) this.#scene.violations.push(`the changes feed gave ${id} at revision ${rev} after ${known.rev}`);
    this.items.set(id, { rev, value, deleted: meta?.isDeleted === true });
  }
}

/** Follows the project's event stream from its first event on, and takes it up again with the last id that it got. */
export class EventsReader {
  /** Newest revision by resource. @type {Map<string, number>} */
  revisions = new Map();
  events = 0;
  resumed = 0;
  #lastId;
  #scene;

  /** @param {import('./scene.mjs').Scene} scene */
  constructor(scene) {
    this.#scene = scene;
  }

  /** Until it is stopped, or the service is gone where that ends the load. @param {AbortSignal} stop */
  async run(stop) {
    await this.#follow(stop);
    while (this.#scene.goesOn && !stop.aborted) {
      await sleep(100);
      await this.#follow(stop);
    }
  }

  async #follow(stop) {
    const { client, project, goesOn } = this.#scene;
    if (this.#lastId) this.resumed += 1;
    const headers = { accept: 'text/event-stream', ...(this.#lastId && { 'last-event-id': this.#lastId }) };
    const text = new TextDecoder();
    const parser = createParser({ onEvent: (event) => this.#take(event) });
    try {
      const body = await client.stream(`/v1/resources/${project}/events`, headers, stop);
      for await (const chunk of body) parser.feed(text.decode(chunk, { stream: true }));
    } catch (error) {
      // A stream ends with its service or with us; that it was refused is another matter.
      if (/was answered/.test(error.message) && !(goesOn && /was answered 50[234]/.test(error.message)))
        this.#scene.violations.push(error.message);
    }
  }

  /** @param {ReadonlyMap<string, number>} wanted newest revision by resource */
  async until(wanted, ms = 10_000) {
    const deadline = performance.now() + ms;
    const missing = () => [...wanted].filter(([id, rev]) => (this.revisions.get(id) ?? 0) < rev);
    while (missing().length > 0 && performance.now() < deadline) await sleep(20);
    return missing();
  }

  #take({ event, id, data }) {
    this.#lastId = id;
    const { _resourceId: resource, _rev: rev } = JSON.parse(data);
    if (!event?.startsWith('Resource')) return;
    this.events += 1;
    const known = this.revisions.get(resource) ?? 0;
    if (rev !== known + 1) this.#scene.violations.push(`the event stream gave revision ${rev} of ${resource} after ${known}`);
    this.revisions.set(resource, rev);
  }
}
