/** As MongoDB compares texts: by the bytes of their UTF-8, that is, by code point. */
export const compareTexts = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
