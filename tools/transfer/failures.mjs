import { StoreUnavailable, UnknownEvent } from '@headwater/event-sourcing';
import { DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, MongoRefused } from '@headwater/mongo';
import { DataFolderInUse, DataFolderTooNew, DataFolderUnreadable } from '@headwater/sqlite';
import {
  ExportInvalid,
  ExportTooNew,
  ExportUnreadable,
  ImportContested,
  ImportInterrupted,
  ImportUnfinished,
  IndexFull,
  OtherImport,
  OutputExists,
  StoreInUse,
  StoreNotEmpty,
  TokenKeyClash,
} from '@headwater/transfer';
import { UsageError } from './which-store.mjs';

/** Nothing was done: something else has to be typed, chosen or repaired first. */
const REFUSED = [
  DatabaseNotPrepared,
  DatabaseTooNew,
  DatabaseUnusable,
  DataFolderInUse,
  DataFolderTooNew,
  DataFolderUnreadable,
  ExportInvalid,
  ExportTooNew,
  ExportUnreadable,
  ImportUnfinished,
  IndexFull,
  OtherImport,
  OutputExists,
  StoreInUse,
  StoreNotEmpty,
  TokenKeyClash,
  UnknownEvent,
];

/** It ended in the middle: it can be run again as it is. */
const FAILED = [ImportContested, ImportInterrupted, MongoRefused, StoreUnavailable];

const isOneOf = (classes, error) => classes.some((one) => error instanceof one);
const isOfTheSystem = (error) => error instanceof Error && typeof error.syscall === 'string';

/**
 * Runs a program of two words: does its work, or tells what went wrong in a sentence. Exit codes: 0 done, 1 it ended in the middle, 2 it was refused.
 * @param {string} usage @param {() => Promise<void>} work @returns {Promise<0 | 1 | 2>}
 */
export async function told(usage, work) {
  try {
    await work();
    return 0;
  } catch (error) {
    if (error instanceof UsageError) return says(`${error.message}\n\n${usage}`, 2);
    if (isOneOf(REFUSED, error)) return says(error.message, 2);
    // What the driver says of an address may repeat it, with its password.
    if (error.name === 'MongoParseError') return says('The address of MongoDB cannot be read: it, or an option in it, is no good.', 2);
    if (error.name === 'AbortError') return says('It was stopped.', 1);
    if (isOneOf(FAILED, error) || isOfTheSystem(error)) return says(error.message, 1);
    throw error;
  }
}

function says(message, code) {
  console.error(message);
  return code;
}
