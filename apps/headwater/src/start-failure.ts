import { DataFolderInUse, DataFolderTooNew, DataFolderUnreadable } from '@headwater/sqlite';
import type { HeadwaterConfig } from '@headwater/platform';

const KNOWN = [DataFolderInUse, DataFolderTooNew, DataFolderUnreadable];

/** What to tell whoever started the service, where it is theirs to mend; undefined for a fault of ours. */
export function startFailure(error: unknown, { host, port }: Pick<HeadwaterConfig, 'host' | 'port'>): string | undefined {
  if (KNOWN.some((known) => error instanceof known)) return (error as Error).message;
  const address = `${host}:${String(port)}`;
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `${address} is in use by another process. Stop that one first, or choose another HEADWATER_PORT.`;
    case 'EACCES':
      return `This user may not listen on ${address}. Choose a HEADWATER_PORT of 1024 or more.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine. Choose another HEADWATER_HOST.`;
    default:
      return undefined;
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
