import { constants, deflate, gzip, type ZlibOptions } from 'node:zlib';

export type Encoding = 'gzip' | 'deflate';

/** Smaller answers fit one packet as they are. */
export const COMPRESS_FROM_BYTES = 1024;
/** Level 4 is where more effort stops paying for JSON. */
const OPTIONS: ZlibOptions = { level: 4, strategy: constants.Z_DEFAULT_STRATEGY };

/** The encoding that an `Accept-Encoding` asks for; gzip where both would do. Others are not offered. */
export function acceptedEncoding(header: string): Encoding | undefined {
  let any: boolean | undefined;
  const named = new Map<string, boolean>();
  for (const part of header.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';');
    const accepted = !parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/.test(parameter));
    if (coding.trim() === '*') any = accepted;
    else named.set(coding.trim(), accepted);
  }
  if (named.get('gzip') ?? named.get('x-gzip') ?? any ?? false) return 'gzip';
  return (named.get('deflate') ?? any ?? false) ? 'deflate' : undefined;
}

/** Compresses on a thread of the pool. */
export function compress(encoding: Encoding, payload: string | Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, compressed: Buffer): void => {
      if (error === null) resolve(compressed);
      else reject(error);
    };
    if (encoding === 'gzip') gzip(payload, OPTIONS, done);
    else deflate(payload, OPTIONS, done);
  });
}

/** A strong ETag names the exact bytes, which differ between encodings; a weak one of the same value still matches `If-None-Match`. */
export const weak = (etag: string): string => (etag.startsWith('W/') ? etag : `W/${etag}`);

/** `Vary` with a further name. */
export function varyWith(vary: string | undefined, name: string): string {
  if (vary === undefined || vary === '') return name;
  return vary
    .toLowerCase()
    .split(',')
    .some((one) => one.trim() === name.toLowerCase())
    ? vary
    : `${vary}, ${name}`;
}
