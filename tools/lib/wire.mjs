import { connect } from 'node:net';

/**
 * A keep-alive HTTP/1.1 connection for load: requests are buffers made beforehand, one is under way at a time, and an answer is not looked at
 * further than it has to be. It shares the machine's cores with the service that it measures, so it must cost little.
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {Buffer} head The header block, without the empty line.
 * @property {Buffer} body Undecoded where it came in chunks; its length is that of the chunks' data.
 * @property {number} length Bytes of the body.
 */
export class Wire {
  #socket;
  #pending = undefined;
  #received = [];
  #size = 0;
  #wanted = undefined;

  /** @param {string} host @param {number} port */
  static async open(host, port) {
    const socket = connect({ host, port, noDelay: true });
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new Wire(socket);
  }

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk));
    const lost = (error) => this.#settle(error ?? new Error('the connection was closed'));
    socket.on('error', lost);
    socket.on('close', () => lost());
  }

  /** @param {Buffer} request @param {(error: Error | undefined, answer?: Answer) => void} done */
  send(request, done) {
    if (this.#pending) throw new Error('a request is under way');
    this.#pending = done;
    this.#socket.write(request);
  }

  /** @param {Buffer} request @returns {Promise<Answer>} */
  ask(request) {
    return new Promise((resolve, reject) => this.send(request, (error, answer) => (error ? reject(error) : resolve(answer))));
  }

  close() {
    this.#socket.destroy();
  }

  #take(chunk) {
    this.#received.push(chunk);
    this.#size += chunk.length;
    if (this.#wanted !== undefined && this.#size < this.#wanted) return;
    const bytes = this.#received.length === 1 ? chunk : Buffer.concat(this.#received, this.#size);
    this.#received = [bytes];
    this.#read(bytes);
  }

  #read(bytes) {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = bytes.subarray(0, end);
    const status = (bytes[9] - 48) * 100 + (bytes[10] - 48) * 10 + bytes[11] - 48;
    const start = end + 4;
    if (status === 304 || status === 204) return this.#finish({ status, head, body: bytes.subarray(start), length: 0 });
    const declared = contentLength(head);
    if (declared === undefined) return this.#readChunked(bytes, status, head, start);
    this.#wanted = start + declared;
    if (bytes.length >= this.#wanted) this.#finish({ status, head, body: bytes.subarray(start, this.#wanted), length: declared });
  }

  #readChunked(bytes, status, head, start) {
    // A body in chunks ends with an empty one; data that looks like it in the middle of a chunk is ruled out by walking them.
    let at = start;
    let length = 0;
    for (;;) {
      const line = bytes.indexOf('\r\n', at);
      if (line < 0) return;
      const size = Number.parseInt(bytes.latin1Slice(at, line), 16);
      const next = line + 2 + size + 2;
      if (next > bytes.length) {
        this.#wanted = next;
        return;
      }
      if (size === 0) break;
      length += size;
      at = next;
    }
    this.#finish({ status, head, body: bytes.subarray(start), length });
  }

  #finish(answer) {
    this.#received = [];
    this.#size = 0;
    this.#wanted = undefined;
    this.#settle(undefined, answer);
  }

  #settle(error, answer) {
    const done = this.#pending;
    this.#pending = undefined;
    done?.(error, answer);
  }
}

const lengthHeader = /^content-length: *(\d+)/im;

function contentLength(head) {
  const match = lengthHeader.exec(head.latin1Slice());
  return match ? Number(match[1]) : undefined;
}

/** A header of an answer, or undefined. @param {Answer} answer @param {string} name in lower case */
export function header(answer, name) {
  for (const line of answer.head.latin1Slice().split('\r\n')) {
    const colon = line.indexOf(':');
    if (line.slice(0, colon).toLowerCase() === name) return line.slice(colon + 1).trim();
  }
  return undefined;
}

/** The body of an answer as text, out of its chunks where it came in such. @param {Answer} answer */
export function textOf(answer) {
  if (answer.body.length === answer.length) return answer.body.toString('utf8');
  const parts = [];
  let at = 0;
  for (;;) {
    const line = answer.body.indexOf('\r\n', at);
    const size = Number.parseInt(answer.body.latin1Slice(at, line), 16);
    if (size === 0) return Buffer.concat(parts).toString('utf8');
    parts.push(answer.body.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}

/**
 * The bytes of a request.
 * @param {string} method @param {URL} base @param {string} path
 * @param {{ body?: string | Buffer, headers?: Record<string, string> }} [rest]
 */
export function requestBytes(method, base, path, { body, headers = {} } = {}) {
  const content = body === undefined ? undefined : Buffer.from(body);
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${base.host}`];
  if (content) lines.push(`Content-Type: ${headers['Content-Type'] ?? 'application/json'}`, `Content-Length: ${content.length}`);
  for (const [name, value] of Object.entries(headers)) if (name !== 'Content-Type') lines.push(`${name}: ${value}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return content ? Buffer.concat([head, content]) : head;
}
