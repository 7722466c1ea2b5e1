/** Bytes that are sent to many connections: made once, as a chunk of HTTP/1.1 and, inside it, plain. */
export interface EventChunk {
  readonly framed: Buffer;
  readonly plain: Buffer;
}

const CRLF = '\r\n';

/** @param text not empty: an empty chunk would end the answer. */
export function eventChunk(text: string): EventChunk {
  const length = Buffer.byteLength(text);
  const head = length.toString(16) + CRLF;
  const framed = Buffer.allocUnsafe(head.length + length + CRLF.length);
  framed.write(head, 0, 'latin1');
  framed.write(text, head.length, 'utf8');
  framed.write(CRLF, head.length + length, 'latin1');
  return { framed, plain: framed.subarray(head.length, head.length + length) };
}
