import { StringDecoder } from 'node:string_decoder';

/** A longer line is cut: what a service prints must not pile up here while it waits for its end. */
export const longestLine = 64 * 1024;

/** Cuts what a stream brings into lines. */
export class Lines {
  #decoder = new StringDecoder('utf8');
  #rest = '';
  #take;

  /** @param {(line: string) => void} take is given each line, without its end */
  constructor(take) {
    this.#take = take;
  }

  /** @param {Buffer} chunk */
  add(chunk) {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
    for (; this.#rest.length > longestLine; this.#rest = this.#rest.slice(longestLine)) this.#take(this.#rest.slice(0, longestLine));
  }

  /** The stream is at its end: so is its last line. */
  end() {
    const line = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (line !== '') this.#take(line);
  }
}
