/**
 * CPU profiles of a running Node process, all its threads, over its inspector: what was on the processor between start and stop.
 * Needs the process to have been started with --inspect=127.0.0.1:PORT.
 */
export class Profiler {
  #socket;
  #next = 1;
  #waiting = new Map();
  #workers = new Map();

  /** @param {number} port */
  static async attach(port) {
    const [{ webSocketDebuggerUrl }] = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
    const socket = new globalThis.WebSocket(webSocketDebuggerUrl);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    const profiler = new Profiler(socket);
    await profiler.#send('NodeWorker.enable', { waitForDebuggerOnStart: false });
    await profiler.#each('Profiler.enable');
    await profiler.#each('Profiler.setSamplingInterval', { interval: 500 });
    return profiler;
  }

  constructor(socket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
  }

  start() {
    return this.#each('Profiler.start');
  }

  /** Self time per function over all threads, most first. @returns {Promise<{ share: number, micros: number, where: string }[]>} */
  async stop() {
    const answers = await this.#each('Profiler.stop');
    const total = new Map();
    for (const { thread, result } of answers) addSelfTimes(total, thread, result.profile);
    const sum = [...total.values()].reduce((a, b) => a + b, 0);
    return [...total].map(([where, micros]) => ({ where, micros, share: micros / sum })).sort((a, b) => b.micros - a.micros);
  }

  close() {
    this.#socket.close();
  }

  #each(method, params) {
    const main = this.#send(method, params).then((result) => ({ thread: 'main', result }));
    const others = [...this.#workers].map(([sessionId, title]) =>
      this.#sendTo(sessionId, method, params).then((result) => ({ thread: title, result })),
    );
    return Promise.all([main, ...others]);
  }

  #send(method, params = {}) {
    const id = this.#next++;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return this.#answer(id);
  }

  #sendTo(sessionId, method, params = {}) {
    const id = this.#next++;
    const message = JSON.stringify({ id, method, params });
    void this.#send('NodeWorker.sendMessageToWorker', { sessionId, message });
    return this.#answer(id);
  }

  #answer(id) {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #receive(message) {
    if (message.method === 'NodeWorker.attachedToWorker') this.#workers.set(message.params.sessionId, message.params.workerInfo.title);
    if (message.method === 'NodeWorker.receivedMessageFromWorker') return this.#receive(JSON.parse(message.params.message));
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    if (message.error) waiting.reject(new Error(message.error.message));
    else waiting.resolve(message.result);
  }
}

function addSelfTimes(total, thread, { nodes, samples, timeDeltas }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, label(thread, callFrame)]));
  samples.forEach((id, index) => {
    const name = names.get(id);
    if (name === undefined) return;
    total.set(name, (total.get(name) ?? 0) + timeDeltas[index]);
  });
}

function label(thread, { functionName, url, lineNumber }) {
  if (functionName === '(idle)' || functionName === '(root)') return undefined;
  const file = url
    .replace(/^file:\/\//, '')
    .replace(/^.*\/node_modules\//, '')
    .replace(/^.*\/(libs|apps)\//, '$1/');
  const where = file === '' ? '' : ` ${file}:${lineNumber + 1}`;
  return `${thread.replace(/[[\]]/g, '')}: ${functionName || '(anonymous)'}${where}`;
}
