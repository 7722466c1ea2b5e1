import type { IncomingHttpHeaders } from 'node:http';

/** What concerns one connection only (RFC 9110, 7.6.1), and what each side of ours says for itself. */
const OF_ONE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers that are for the other end: without those of the connection, and without those that `Connection` names besides. */
export function endToEndHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const named = namesIn(headers.connection);
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !OF_ONE_CONNECTION.has(name) && !named.has(name)) kept[name] = value;
  }
  return kept;
}

const namesIn = (connection: string | undefined): ReadonlySet<string> =>
  new Set(connection === undefined ? [] : connection.split(',').map((name) => name.trim().toLowerCase()));
