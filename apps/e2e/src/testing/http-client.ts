import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { JsonObject, JsonValue } from '@headwater/linked-data';

export type Json = JsonValue;
export type { JsonObject } from '@headwater/linked-data';

export interface Sending {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as `application/json`, unless the headers say otherwise. */
  readonly json?: Json;
  /** Sent as it is. */
  readonly body?: string | Uint8Array;
}

/** A write that was acknowledged, and where it is in the log. */
export interface Written {
  readonly path: string;
  readonly position: string;
}

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as an object; empty where it is none. */
  readonly json: JsonObject;
}

/** A small HTTP client of its own, as `fetch` neither sends every method nor leaves paths and bodies alone. */
export class HttpClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  readonly #written: Written[] = [];

  constructor(readonly url: string) {}

  async send(method: string, path: string, sending: Sending = {}): Promise<Answer> {
    const response = await this.open(method, path, sending);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const text = bytes.toString('utf8');
    const position = response.headers['headwater-position'];
    if (position !== undefined) this.#written.push({ path, position: String(position) });
    return { status: response.statusCode ?? 0, headers: response.headers, bytes, text, json: parsed(response, text) };
  }

  /** The answer's head, with the body still to come: for streams. */
  open(method: string, path: string, { headers = {}, json, body }: Sending = {}): Promise<IncomingMessage> {
    const payload = json === undefined ? body : JSON.stringify(json);
    const length = payload === undefined ? {} : { 'content-length': String(Buffer.byteLength(payload)) };
    const type = json === undefined ? {} : { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const outgoing = request(this.url + path, { method, headers: { ...type, ...length, ...headers }, agent: this.#agent }, resolve);
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
  }

  get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => this.send('GET', path, { headers });
  put = (path: string, json: Json, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    this.send('PUT', path, { json, headers });
  post = (path: string, json: Json, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    this.send('POST', path, { json, headers });
  delete = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => this.send('DELETE', path, { headers });

  /** Everything that was written, in the order in which it was answered. */
  get written(): readonly Written[] {
    return this.#written;
  }

  close(): void {
    this.#agent.destroy();
  }
}

function parsed({ headers }: IncomingMessage, text: string): JsonObject {
  if (!String(headers['content-type']).includes('json') || headers['content-encoding'] !== undefined || text === '') return {};
  const value = JSON.parse(text) as Json;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
