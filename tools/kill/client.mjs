import { Pool } from 'undici';

/** The service went away before it answered: whether it did what was asked is unknown. */
export class NoAnswer extends Error {
  name = 'NoAnswer';
}

/** Part of the service was out of reach; whether it did what was asked is unknown. @param {{ status: number }} answer */
export const isFault = ({ status }) => status === 502 || status === 503 || status === 504;

/** Talks to the service; survives its end. */
export class Client {
  #pool;

  /** @param {URL} url @param {number} connections */
  constructor(url, connections) {
    this.#pool = new Pool(url.origin, { connections, pipelining: 1 });
  }

  /**
   * @param {string} method @param {string} path @param {{ body?: string, headers?: Record<string, string> }} [options]
   * @returns {Promise<{ status: number, body: any, position: string | undefined }>}
   */
  async ask(method, path, { body, headers } = {}) {
    let answer;
    try {
      answer = await this.#pool.request({
        method,
        path,
        body,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: JSON.parse(text), position: answer.headers['headwater-position'] };
    } catch (cause) {
      throw new NoAnswer(`${method} ${path}: ${cause.message}`, { cause });
    }
  }

  /** The answer's body; another status than expected is an error. */
  async get(path, status = 200) {
    const answer = await this.ask('GET', path);
    if (answer.status !== status)
      throw new Error(`GET ${path} was answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 300)}`);
    return answer.body;
  }

  /** An answer whose body is read as it comes. @param {string} path @param {Record<string, string>} headers @param {AbortSignal} signal */
  async stream(path, headers, signal) {
    const answer = await this.#pool.request({
      method: 'GET',
      path,
      headers,
      signal,
      headersTimeout: 30_000,
      bodyTimeout: 0,
      blocking: true,
    });
    if (answer.statusCode !== 200) throw new Error(`GET ${path} was answered ${answer.statusCode}: ${await answer.body.text()}`);
    return answer.body;
  }

  close() {
    return this.#pool.destroy();
  }
}
