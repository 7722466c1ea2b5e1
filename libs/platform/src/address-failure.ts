/** Where a service is to listen. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What to tell whoever started the service, where it cannot listen on its address; undefined for any other error. */
export function addressFailure(error: unknown, { host, port }: Address): string | undefined {
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
