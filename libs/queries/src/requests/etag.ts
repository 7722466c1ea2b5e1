import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Urls } from '@headwater/representations';

/** Changes with every release that serves the same state differently. */
const FORMAT = '1';

/** What all ETags of a service end with: its address is in every answer, so another address is another representation. */
export const baseMark = ({ v1 }: Urls): string => FORMAT + createHash('sha256').update(v1).digest('base64url').slice(0, 6);

/** Whether the caller has this representation already (RFC 9110, 13.1.2). The comparison is the weak one, and `*` matches whatever exists. */
export function isKnown(request: FastifyRequest, etag: string): boolean {
  const known = request.headers['if-none-match'];
  return known !== undefined && (known === etag || known === '*' || known.includes(etag));
}
