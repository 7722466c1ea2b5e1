import { readFileSync } from 'node:fs';
import { differences } from '../testing/recorded-differences.js';
import { startTestApp, type TestApp } from '../testing/test-app.js';

/**
 * A request that was sent to a running Nexus Delta, and what it answered: of routes that this service has, without those that name an id or
 * ETag of that system.
 */
interface Recorded {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly padded?: { readonly before: string; readonly character: string; readonly times: number; readonly after: string };
  readonly status: number;
  /** The `@type` of a refusal. */
  readonly type?: string;
}

const recordings = readFileSync(new URL('../../fixtures/recordings.ndjson', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

const shown = (status: number, type: unknown): string =>
  typeof type === 'string' && status >= 400 ? `${String(status)} ${type}` : String(status);

describe('A client of the reference', () => {
  let app: TestApp;

  beforeAll(async () => {
    // The reference's own ways, where rulings 3 and 5 leave them to a switch: revisions would count otherwise.
    app = await startTestApp({ HEADWATER_SKIP_UNCHANGED_UPDATES: 'true', HEADWATER_LIST_DEPRECATED_BY_DEFAULT: 'true' });
  });
  afterAll(() => app.close());

  // In the order in which they were recorded: later requests rest on what earlier ones have written.
  it.each(recordings)('$id: $method $path', async ({ id, method, path, headers = {}, body, padded, status, type }) => {
    const payload = padded === undefined ? body : padded.before + padded.character.repeat(padded.times) + padded.after;
    const sending = { headers, ...(payload === undefined ? {} : { body: payload }) };
    const expected = differences.get(id)?.ours ?? shown(status, type);
    if (headers['accept'] === 'text/event-stream' && status === 200) {
      const response = await app.client.open(method, path, sending);
      response.destroy();
      expect(String(response.statusCode)).toBe(expected.split(' ')[0]);
      return;
    }
    const answer = await app.client.send(method, path, sending);
    // A HEAD has no body to name its type in.
    expect(method === 'HEAD' ? String(answer.status) : shown(answer.status, answer.json['@type'])).toBe(expected);
  });

  it('finds no difference that is listed and is none', () => {
    const known = new Map(recordings.map(({ id, status, type }) => [id, shown(status, type)]));
    for (const [id, { ours, because }] of differences) {
      expect([id, known.has(id), known.get(id) === ours, because.length > 0]).toEqual([id, true, false, true]);
    }
  });
});
