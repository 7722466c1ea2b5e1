import { isDeepStrictEqual } from 'node:util';
import { Pool } from 'undici';

const json = { 'content-type': 'application/ld+json' };

/**
 * Brings resources into a project: creates them, and where one is there already, updates it if its content is another. So it can be run
 * again, also after it was broken off.
 *
 * @param {{ url: URL, project: string, documents: ReadonlyMap<string, string>, connections?: number, onProgress: (done: number) => void }} options
 * @returns {Promise<{ created: number, updated: number, unchanged: number, position?: string }>} with the position of the last write
 */
export async function load({ url, project, documents, connections = 16, onProgress }) {
  const pool = new Pool(url.origin, { connections });
  const outcome = { created: 0, updated: 0, unchanged: 0, position: undefined };
  const waiting = documents.entries();
  let done = 0;
  const worker = async () => {
    // One iterator that all workers take from.
    for (const [id, text] of waiting) {
      const { did, position } = await put(pool, project, id, text);
      outcome[did] += 1;
      outcome.position = position ?? outcome.position;
      onProgress((done += 1));
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, worker));
  } finally {
    await pool.close();
  }
  return outcome;
}

async function put(pool, project, id, text) {
  const path = `/v1/resources/${project}/_/${encodeURIComponent(id)}`;
  const created = await send(pool, 'PUT', path, text, [201, 409]);
  if (created.status === 201) return { did: 'created', position: created.position };
  const source = await send(pool, 'GET', `${path}/source`, undefined, [200]);
  if (isDeepStrictEqual(source.body, JSON.parse(text))) return { did: 'unchanged' };
  const { body } = await send(pool, 'GET', path, undefined, [200]);
  const updated = await send(pool, 'PUT', `${path}?rev=${body._rev}`, text, [200]);
  return { did: 'updated', position: updated.position };
}

async function send(pool, method, path, body, wanted) {
  const answer = await pool.request({ method, path, body, ...(body && { headers: json }) });
  const text = await answer.body.text();
  if (!wanted.includes(answer.statusCode)) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text.slice(0, 500)}`);
  return { status: answer.statusCode, position: answer.headers['headwater-position'], body: JSON.parse(text) };
}
