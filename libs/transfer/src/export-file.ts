import { open, type FileHandle } from 'node:fs/promises';
import { ExportUnreadable } from './errors.js';

/** Where a line stands in the file, in bytes, without its end. */
export interface Place {
  readonly start: number;
  readonly length: number;
}

export interface FoundLine extends Place {
  readonly bytes: Buffer;
}

const CHUNK = 1024 * 1024;
const NEWLINE = 0x0a;

/** A commit is bounded by the largest events, a receipt by the largest push: a line beyond this is none of ours. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** A file of lines that is read from its beginning, and then anywhere. */
export class ExportFile {
  private constructor(
    readonly path: string,
    /** In bytes. */
    readonly size: number,
    private readonly handle: FileHandle,
  ) {}

  /** @throws ExportUnreadable */
  static async open(path: string): Promise<ExportFile> {
    const unreadable = (reason: string, cause?: unknown): ExportUnreadable => new ExportUnreadable(path, reason, { cause });
    const handle = await open(path, 'r').catch((error: unknown) => {
      throw unreadable(isMissing(error) ? 'there is no such file' : String(error), error);
    });
    const found = await handle.stat();
    if (found.isFile()) return new ExportFile(path, found.size, handle);
    await handle.close();
    throw unreadable('it is no file. An import reads the file more than once, so it cannot come through a pipe');
  }

  /** Every line in order; what follows the last end of a line is one too. Bytes of a line are good until the next is asked for. */
  async *lines(): AsyncGenerator<FoundLine> {
    let rest: Buffer = Buffer.alloc(0);
    let start = 0;
    for (;;) {
      const chunk = await this.#read(start + rest.length, Math.min(CHUNK, this.size - start - rest.length));
      const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let from = 0;
      for (let end = buffer.indexOf(NEWLINE, rest.length); end !== -1; end = buffer.indexOf(NEWLINE, from)) {
        yield { start: start + from, length: end - from, bytes: buffer.subarray(from, end) };
        from = end + 1;
      }
      start += from;
      rest = buffer.subarray(from);
      if (rest.length > MAX_LINE_BYTES) throw new ExportUnreadable(this.path, 'it has a line that is too long for an export');
      if (start + rest.length >= this.size) break;
    }
    if (rest.length > 0) yield { start, length: rest.length, bytes: rest };
  }

  /** The text of a line. @throws ExportUnreadable */
  async at({ start, length }: Place): Promise<string> {
    return (await this.#read(start, length)).toString('utf8');
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  async #read(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.handle.read(buffer, filled, length - filled, position + filled);
      if (bytesRead === 0) throw new ExportUnreadable(this.path, 'it has become shorter while it was read');
      filled += bytesRead;
    }
    return buffer;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
