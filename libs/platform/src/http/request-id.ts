import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a client may name its request; longer or stranger names are replaced rather than logged. */
const ACCEPTED = /^[\w.:/+=@-]{1,128}$/;

/** Ids of requests: the client's `X-Request-Id`, or one that no other process and no later start gives again. */
export function requestIds(): (request: IncomingMessage) => string {
  const start = randomBytes(8).toString('base64url');
  let count = 0;
  return ({ headers }) => {
    const named = headers['x-request-id'];
    if (typeof named === 'string' && ACCEPTED.test(named)) return named;
    count += 1;
    return `${start}-${count.toString(36)}`;
  };
}
