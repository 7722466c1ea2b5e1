import { StoreUnavailable } from '@headwater/event-sourcing';
import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoError,
  MongoErrorLabel,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerClosedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';

/** Codes of the server that we act on (src/mongo/base/error_codes.yml of the server). */
export const CODES = {
  noSuchTransaction: 251,
  namespaceExists: 48,
  maxTimeExpired: 50,
  writeConcernFailed: 64,
  duplicateKey: 11000,
} as const;

/** The server could not do it just now: another primary is being elected, it is shutting down, it took too long. */
const UNAVAILABLE = new Set<unknown>([
  6, 7, 24, 50, 64, 79, 89, 91, 100, 112, 133, 134, 189, 202, 246, 251, 262, 290, 365, 388, 9001, 10058, 10107, 11600, 11602, 13435, 13436,
]);

/** The driver had no server or no connection to ask. */
const UNREACHABLE = [
  MongoNetworkError,
  MongoServerSelectionError,
  MongoOperationTimeoutError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
  MongoServerClosedError,
  MongoClientClosedError,
];

/** The same, of classes that the driver does not export. */
const UNREACHABLE_NAMES: ReadonlySet<string> = new Set(['MongoWaitQueueTimeoutError', 'MongoPoolClosedError']);

/** Of a socket that broke while a request waited to be sent: the driver gives such an error as it came. */
const BROKEN_SOCKET = new Set<unknown>(['EPIPE', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'ERR_STREAM_DESTROYED']);

const isBrokenSocket = (error: unknown): boolean => error instanceof Error && 'code' in error && BROKEN_SOCKET.has(error.code);

/** MongoDB refused what was asked of it: rights that are missing, a document that is too large, or a fault of ours. Not for a retry. */
export class MongoRefused extends Error {
  override readonly name = 'MongoRefused';
}

/** The text that names the server is no URL of MongoDB. */
export class InvalidMongoUrl extends Error {
  override readonly name = 'InvalidMongoUrl';
  constructor(readonly reason: string) {
    super(`The URL of MongoDB cannot be used: ${reason}.`);
  }
}

/** The database was not prepared for this service, or is being prepared just now. */
export class DatabaseNotPrepared extends Error {
  override readonly name = 'DatabaseNotPrepared';
  constructor(readonly database: string) {
    super(`The database ${database} is not prepared: run "npm run topics", which makes topics, collections and indexes.`);
  }
}

/** The database was prepared by a newer release, whose collections this one does not know. */
export class DatabaseTooNew extends Error {
  override readonly name = 'DatabaseTooNew';
  constructor(
    readonly database: string,
    readonly found: number,
    readonly known: number,
  ) {
    super(
      `The database ${database} has format ${String(found)}; this release knows formats up to ${String(known)}. Use the newer release again.`,
    );
  }
}

/** The database holds what this release cannot work with. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable';
  constructor(
    readonly database: string,
    readonly reason: string,
  ) {
    super(`The database ${database} cannot be used: ${reason}.`);
  }
}

/** Partitions are only ever added: streams that exist keep theirs. */
export class PartitionsOnlyGrow extends Error {
  override readonly name = 'PartitionsOnlyGrow';
  constructor(
    readonly present: number,
    readonly asked: number,
  ) {
    super(`The log has ${String(present)} partitions per topic, which can be raised but not lowered to ${String(asked)}.`);
  }
}

export const codeOf = (error: unknown): unknown => (error instanceof MongoServerError ? error.code : undefined);

export const isDuplicateKey = (error: unknown): boolean => codeOf(error) === CODES.duplicateKey;

/** Whether the database could not be asked, or did not answer, just now. */
export const isUnavailable = (error: unknown): boolean =>
  UNREACHABLE.some((kind) => error instanceof kind) ||
  isBrokenSocket(error) ||
  UNAVAILABLE.has(codeOf(error)) ||
  // A bulk write wraps what befell the connection, and only what the server said has a code.
  (error instanceof MongoBulkWriteError && error.code === undefined) ||
  (error instanceof MongoError && UNREACHABLE_NAMES.has(error.name));

/**
 * Whether the server may have seen a request that failed so: only where not, nothing of it was stored for sure. The class by which the driver
 * interrupts requests that are under way is a subclass of the one for those that were not begun, hence the look at the name.
 */
export function mayHaveBeenSent(error: unknown): boolean {
  if (isBrokenSocket(error)) return true;
  if (!(error instanceof MongoError)) return false;
  if (error.hasErrorLabel(MongoErrorLabel.HandshakeError) || isOfConnecting(error.cause)) return false;
  return !NOT_BEGUN.has(error.name);
}

const NOT_BEGUN: ReadonlySet<string> = new Set([
  'MongoServerSelectionError',
  'MongoWaitQueueTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
]);

const isOfConnecting = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && 'syscall' in cause && cause.syscall === 'connect';

/**
 * What to say of an error of the driver. A message of the server may repeat keys and documents, and so may what the driver attaches, so neither
 * gets into a log: the server's errors are named by code.
 */
export function descriptionOf(error: unknown): string {
  if (error instanceof MongoServerError) return `${error.name} ${String(error.code)}${error.codeName ? ` (${error.codeName})` : ''}`;
  if (error instanceof MongoError) return `${error.name}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

/** What a caller is given for a code by which the server refused one write of several. */
export function refusalOf(code: number, codeName: string): StoreUnavailable | MongoRefused {
  const what = `${String(code)} (${codeName})`;
  return UNAVAILABLE.has(code)
    ? new StoreUnavailable(`MongoDB cannot write just now: ${what}.`)
    : new MongoRefused(`MongoDB refused a write: ${what}.`);
}

/** What a caller is given for an error of the driver; any other error as it is. */
export function translated(error: unknown): unknown {
  if (!(error instanceof MongoError) && !isBrokenSocket(error)) return error;
  if (isUnavailable(error)) return new StoreUnavailable(`MongoDB cannot be asked just now: ${descriptionOf(error)}.`);
  return new MongoRefused(`MongoDB refused a request: ${descriptionOf(error)}.`);
}

/** Asks the database. @throws StoreUnavailable, MongoRefused instead of errors of the driver. */
export async function asking<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw translated(error);
  }
}
