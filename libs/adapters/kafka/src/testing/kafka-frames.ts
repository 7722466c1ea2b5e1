/** Cuts what comes over a connection into Kafka's frames, each with its length before it. */
export class FrameCutter {
  #rest = Buffer.alloc(0);

  /** The frames that a piece of the connection completes. */
  add(piece: Buffer): readonly Buffer[] {
    this.#rest = Buffer.concat([this.#rest, piece]);
    const frames: Buffer[] = [];
    while (this.#rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#rest.readInt32BE(0);
      if (this.#rest.length < end) break;
      frames.push(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}

const LENGTH_BYTES = 4;
const PRODUCE = 0;

/** A request says what it asks before the number that its answer will have; an answer begins with that number. */
export const isProduce = (request: Buffer): boolean => request.readInt16BE(LENGTH_BYTES) === PRODUCE;
export const numberOfRequest = (request: Buffer): number => request.readInt32BE(LENGTH_BYTES + 4);
export const numberOfAnswer = (answer: Buffer): number => answer.readInt32BE(LENGTH_BYTES);
