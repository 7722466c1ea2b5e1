/** Another process, or another store of this one, has the data folder open. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
  constructor(readonly folder: string) {
    super(`The data folder ${folder} is in use by another process. Stop that one first, or choose another folder.`);
  }
}

/** The data was written by a newer release, whose tables this one does not know. */
export class DataFolderTooNew extends Error {
  override readonly name = 'DataFolderTooNew';
  constructor(
    readonly folder: string,
    readonly found: number,
    readonly known: number,
  ) {
    super(
      `The data in ${folder} has format ${String(found)}; this release knows formats up to ${String(known)}. Use the newer release again.`,
    );
  }
}

/** What lies in the data folder is not a database of this service, or cannot be read. */
export class DataFolderUnreadable extends Error {
  override readonly name = 'DataFolderUnreadable';
  constructor(
    readonly folder: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`The data in ${folder} cannot be used: ${reason}.`, options);
  }
}

const CODES = { busy: 5, locked: 6, noMemory: 7, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 } as const;

/** A member of what was thrown. Not asked by class: errors of the driver may be of another realm. */
const memberOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>)[name] : undefined;

/** SQLite's primary result code of an error that it raised; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  const code = memberOf(error, 'errcode');
  return typeof code === 'number' ? code & 0xff : undefined;
}

export const isBusy = (error: unknown): boolean => [CODES.busy, CODES.locked].some((code) => code === sqliteCode(error));
export const isFull = (error: unknown): boolean => sqliteCode(error) === CODES.full;

/** Whether an error says that the file is no database, or a broken one. */
export const isUnreadable = (error: unknown): boolean =>
  [CODES.notADatabase, CODES.corrupt, CODES.cannotOpen].some((code) => code === sqliteCode(error));

/** Whether the database could not be asked at all: a failing disk, a lock that was not given, or a connection that is closed. */
export const isUnavailable = (error: unknown): boolean =>
  [CODES.busy, CODES.locked, CODES.noMemory, CODES.ioError, CODES.corrupt, CODES.full, CODES.cannotOpen].some(
    (code) => code === sqliteCode(error),
  ) || memberOf(error, 'code') === 'ERR_INVALID_STATE';

/** An error's message, for logs and answers that must not lose why. */
export function messageOf(error: unknown): string {
  const message = memberOf(error, 'message');
  return typeof message === 'string' ? message : String(error);
}
