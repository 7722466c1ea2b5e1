import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { RequestAborted } from '@headwater/platform';

/** Bodies that are no longer are kept whole while they are handed on: to stream one costs more than all the rest of handing it on. */
const SMALL_BYTES = 64 * 1024;

/** Whether a body with these headers says that it is small. */
export const isSmall = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? Infinity) <= SMALL_BYTES;

/** A small body as it came. @throws RequestAborted where its sender went away before its end. */
export function readSmall(request: IncomingMessage): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => resolve(whole(chunks)));
  const gone = (): void => reject(new RequestAborted());
  request.once('error', gone).once('close', gone);
  if (request.destroyed) gone();
  return promise;
}

export const whole = (chunks: readonly Buffer[]): Buffer =>
  chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
