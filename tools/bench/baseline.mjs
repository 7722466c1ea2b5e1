/**
 * What the benchmark is compared with: as little as can serve the same payloads durably. Fastify and one SQLite table, WAL, synchronous=FULL,
 * one transaction for the creates of an event-loop turn. No JSON-LD, no revisions, no events, no projections.
 *
 * Usage: node baseline.mjs FILE PORT
 */
import { DatabaseSync } from 'node:sqlite';
import Fastify from 'fastify';

const [file, port] = process.argv.slice(2);
const db = new DatabaseSync(file);
db.exec(`
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
  CREATE TABLE IF NOT EXISTS thing (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL)`);
const insert = db.prepare('INSERT INTO thing (id, body) VALUES (?, ?)');
const byId = db.prepare('SELECT position, body FROM thing WHERE id = ?');
const page = db.prepare('SELECT position, body FROM thing WHERE position > ? ORDER BY position LIMIT ?');
const first = db.prepare('SELECT body FROM thing ORDER BY position LIMIT ?');
let total = db.prepare('SELECT count(*) AS n FROM thing').get().n;
let last = db.prepare('SELECT coalesce(max(position), 0) AS n FROM thing').get().n;

let waiting = [];
const listeners = new Set();

function append(id, body) {
  return new Promise((resolve, reject) => {
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({ id, body, resolve, reject });
  });
}

function flush() {
  const batch = waiting;
  waiting = [];
  const done = transaction(batch);
  for (const { item, error } of done) {
    if (error) item.reject(error);
    else item.resolve();
  }
  if (listeners.size === 0) return;
  const frames = done.filter(({ error }) => !error).map(({ item }) => `data:${item.body}\nevent:created\nid:${item.position}\n\n`);
  if (frames.length === 0) return;
  const bytes = Buffer.from(frames.join(''));
  for (const raw of listeners) raw.write(bytes);
}

function transaction(items) {
  db.exec('BEGIN IMMEDIATE');
  const done = items.map((item) => {
    try {
      item.position = Number(insert.run(item.id, item.body).lastInsertRowid);
      last = item.position;
      total += 1;
      return { item };
    } catch (error) {
      return { item, error };
    }
  });
  db.exec('COMMIT');
  return done;
}

const app = Fastify({ bodyLimit: 64 * 1024 * 1024, forceCloseConnections: true });
app.removeAllContentTypeParsers();
app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));

app.post('/things', async (request, reply) => {
  const { '@id': id } = JSON.parse(request.body);
  await append(id, request.body);
  return reply
    .code(201)
    .type('application/json')
    .send(`{"id":${JSON.stringify(id)},"rev":1}`);
});
app.post('/push', (request, reply) => {
  const items = JSON.parse(request.body).map((item) => ({ id: item.id, body: JSON.stringify(item) }));
  const outcome = transaction(items.filter(({ id, body }) => byId.get(id)?.body !== body)).map((_, index) => ({ successful: true, index }));
  return reply.type('application/json').send(JSON.stringify(outcome));
});
app.get('/things', (_request, reply) =>
  reply.type('application/json').send(`{"total":${total},"results":[${first.all(20).map(({ body }) => body)}]}`),
);
app.get('/things/:id', (request, reply) => {
  const row = byId.get(request.params.id);
  if (!row) return reply.code(404).send();
  const etag = `"${row.position}"`;
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  return reply.type('application/json').header('etag', etag).send(row.body);
});
app.get('/changes', (request, reply) => {
  const since = Number(request.query.since ?? 0);
  const rows = since >= last ? [] : page.all(since, Number(request.query.limit ?? 1000));
  const token = rows.at(-1)?.position ?? since;
  return reply.type('application/json').send(`[${[...rows.map(({ body }) => body), `{"id":"@continuation","token":"${token}"}`]}]`);
});
app.get('/events', (_request, reply) => {
  reply.hijack();
  reply.raw.writeHead(200, { 'Content-Type': 'text/event-stream' });
  reply.raw.write(':\n\n');
  listeners.add(reply.raw);
  reply.raw.on('close', () => listeners.delete(reply.raw));
});
app.get('/health/ready', (_request, reply) => reply.send('{}'));

process.on('SIGTERM', () => {
  db.close();
  process.exit(0);
});
await app.listen({ host: '127.0.0.1', port: Number(port) });
