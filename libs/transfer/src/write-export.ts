import { open, rename, rm, stat } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OutputExists } from './errors.js';
import { exportLines, type ExportOptions } from './export.js';
import type { ExportSource } from './export-source.js';

/** Its owner's alone: an export holds everybody's documents and the secrets that tokens are made with. */
const MODE = 0o600;

/** Writes an export where somebody reads it, no faster than they do: pieces are of bounded size, and two of them are in memory. */
export function streamExport(source: ExportSource, output: Writable, options: ExportOptions): Promise<void> {
  const { signal } = options;
  return pipeline(Readable.from(exportLines(source, options), { highWaterMark: 1 }), output, signal === undefined ? {} : { signal });
}

/**
 * Writes an export into a new file, which appears under its name when it is whole and on the disk.
 *
 * @throws OutputExists; what the source and the file system say. Nothing is left behind then.
 */
export async function writeExport(source: ExportSource, path: string, options: ExportOptions): Promise<void> {
  if ((await stat(path).catch(() => undefined)) !== undefined) throw new OutputExists(path);
  const unfinished = `${path}.part`;
  // What was left by a process that was killed may be readable by others, or a link to elsewhere.
  await rm(unfinished, { force: true });
  const file = await open(unfinished, 'wx', MODE);
  try {
    await streamExport(source, file.createWriteStream({ flush: true }), options);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
