import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWires, unexpected, withCpu } from './load.mjs';

/** A stream that brings nothing for so long has brought everything that there is. */
const QUIET_MS = 500;

const marker = Buffer.from('\nid:');

/** Counts the frames with an id that come over an event stream; looks at the data only where somebody wants it. */
class EventClient {
  frames = 0;
  lastId = undefined;
  #tail = Buffer.alloc(0);

  /** @param {{ url: URL }} service @param {Buffer} request @param {(frame: string) => void} [onFrame] */
  static async open({ url }, request, onFrame) {
    const client = new EventClient(onFrame);
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    client.socket = socket;
    socket.write(request);
    await new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('data', (head) => {
        if (head.latin1Slice(9, 12) !== '200')
          return reject(new Error(`the event stream was refused: ${head.toString('utf8').slice(0, 400)}`));
        const end = head.indexOf('\r\n\r\n') + 4;
        client.#take(head.subarray(end));
        socket.on('data', (chunk) => client.#take(chunk));
        resolve();
      });
    });
    socket.on('error', () => {});
    return client;
  }

  constructor(onFrame) {
    this.onFrame = onFrame;
  }

  #take(chunk) {
    if (this.onFrame) return this.#read(chunk);
    // A marker may lie across two chunks: the last bytes of one are looked at together with the first of the next.
    const seam = Buffer.concat([this.#tail, chunk.subarray(0, marker.length - 1)]);
    this.frames += occurrences(seam) + occurrences(chunk);
    this.#tail = Buffer.from((chunk.length < marker.length ? Buffer.concat([this.#tail, chunk]) : chunk).subarray(-(marker.length - 1)));
  }

  #read(chunk) {
    const text = Buffer.concat([this.#tail, chunk]);
    let start = 0;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n', start)) {
      const frame = text.toString('utf8', start, end);
      start = end + 2;
      const id = /^id: ?(.*)$/m.exec(frame)?.[1];
      if (id === undefined) continue;
      this.frames += 1;
      this.lastId = id;
      this.onFrame(frame);
    }
    this.#tail = Buffer.from(text.subarray(start));
  }
}

function occurrences(bytes) {
  let count = 0;
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + marker.length)) count += 1;
  return count;
}

/**
 * Creates at a steady pace while many clients follow the event stream, and the same creates without clients: the difference, over the number
 * of deliveries, is what a delivery costs.
 * @param {import('./load.mjs').Target} target
 * @param {{ series: string, clients: number, perSecond: number, ms: number, numbers: () => number }} options
 * @returns {Promise<import('./statistics.mjs').Round & { gross: number }>}
 */
export async function fanOutRound(target, { series, clients, perSecond, ms, numbers }) {
  const alone = await withCpu(target, () => pacedCreates(target, series, perSecond, ms, numbers));
  const head = await lastEventId(target, series, numbers);
  const sentAt = new Map();
  const latencies = [];
  const timed = (frame) => {
    const now = performance.now();
    const sent = sentAt.get(/herd\.example\/[^/]+\/(\d+)/.exec(frame)?.[1]);
    if (sent !== undefined) latencies.push(now - sent);
  };
  // Five of them tell when each event came; the others only count, so that the clients do not take the cores from the server.
  const followers = await Promise.all(
    Array.from({ length: clients }, (_, index) =>
      EventClient.open(target.service, target.events(series, head), index < 5 ? timed : undefined),
    ),
  );
  await sleep(300);
  const before = delivered(followers);
  const { result, cpuMicros: gross } = await withCpu(target, async () => {
    const paced = await pacedCreates(target, series, perSecond, ms, numbers, sentAt);
    await untilDelivered(followers, before, paced.operations * clients);
    return paced;
  });
  const operations = delivered(followers) - before;
  for (const { socket } of followers) socket.destroy();
  if (operations !== result.operations * clients)
    throw new Error(`${operations} deliveries of ${result.operations} events to ${clients} clients`);
  return {
    operations,
    seconds: result.seconds,
    latencies: Float64Array.from(latencies).sort(),
    cpuMicros: Math.max(0, gross - (alone.cpuMicros * result.operations) / alone.result.operations),
    gross,
  };
}

const delivered = (followers) => followers.reduce((sum, { frames }) => sum + frames, 0);

async function untilDelivered(followers, before, wanted) {
  const deadline = performance.now() + 20_000;
  while (delivered(followers) - before < wanted && performance.now() < deadline) await sleep(20);
}

/** The id from which on only what is still to come is sent. */
async function lastEventId(target, series, numbers) {
  if (target.name === 'bare') return undefined;
  let seen;
  let last = 0;
  const wanted = numbers();
  const client = await new Promise((resolve, reject) => {
    const opened = EventClient.open(target.service, target.events(series), (frame) => {
      last = performance.now();
      if (frame.includes(`/${series}/${wanted}"`)) seen = true;
    });
    opened.then(resolve, reject);
  });
  await pacedCreates(target, series, 200, 5, () => wanted);
  const deadline = performance.now() + 20_000;
  // A log of several partitions is sent one after the other: what was just created is not the last of it.
  while (!(seen && performance.now() - last > QUIET_MS) && performance.now() < deadline) await sleep(10);
  client.socket.destroy();
  if (!seen) throw new Error('the event stream did not bring what was just created');
  return client.lastId;
}

async function pacedCreates(target, series, perSecond, ms, numbers, sentAt = new Map()) {
  const wires = await openWires(target, 8);
  const count = Math.max(1, Math.round((ms * perSecond) / 1000));
  const start = performance.now();
  const answers = [];
  for (let sent = 0; sent < count; sent += 1) {
    const wait = start + (sent * 1000) / perSecond - performance.now();
    if (wait > 1) await sleep(wait);
    const wire = wires.pop() ?? (await openWires(target, 1))[0];
    const n = numbers();
    sentAt.set(String(n), performance.now());
    const request = target.create(series, n);
    answers.push(
      wire.ask(request).then((answer) => {
        if (answer.status !== 201) throw unexpected(target, request, answer);
        wires.push(wire);
      }),
    );
  }
  await Promise.all(answers);
  for (const wire of wires) wire.close();
  return { operations: count, seconds: (performance.now() - start) / 1000 };
}
