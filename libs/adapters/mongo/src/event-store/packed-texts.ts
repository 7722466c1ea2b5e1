import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Binary } from 'mongodb';

const LENGTH_BYTES = 4;
/** More than a document can hold of such texts. */
const LARGEST = 256 * 1024 * 1024;

/**
 * Texts as one compressed value: how many there are and how long each is, then their bytes. The forms of one document repeat one another, so
 * little of them is left.
 */
export function packed(texts: readonly string[]): Binary {
  const lengths = Buffer.alloc(LENGTH_BYTES * (texts.length + 1));
  lengths.writeUInt32LE(texts.length);
  const bytes = texts.map((text) => Buffer.from(text));
  bytes.forEach(({ length }, index) => lengths.writeUInt32LE(length, LENGTH_BYTES * (index + 1)));
  return new Binary(deflateRawSync(Buffer.concat([lengths, ...bytes]), { level: 1 }));
}

export function unpacked(value: Binary): readonly string[] {
  const bytes = inflateRawSync(value.value(), { maxOutputLength: LARGEST });
  const texts: string[] = [];
  let begin = LENGTH_BYTES * (bytes.readUInt32LE() + 1);
  for (let at = LENGTH_BYTES; at < LENGTH_BYTES * (bytes.readUInt32LE() + 1); at += LENGTH_BYTES) {
    const end = begin + bytes.readUInt32LE(at);
    texts.push(bytes.toString('utf8', begin, end));
    begin = end;
  }
  return texts;
}
