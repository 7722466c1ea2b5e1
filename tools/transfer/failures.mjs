import { StoreUnavailable, UnknownEvent } from '@headwater/event-sourcing';
import { DataFolderInUse, DataFolderTooNew, DataFolderUnreadable } from '@headwater/sqlite';
import {
  ExportInvalid,
  ExportTooNew,
  ExportUnreadable,
  ImportInterrupted,
  ImportUnfinished,
  IndexFull,
  OtherImport,
  OutputExists,
  StoreNotEmpty,
  TokenKeyClash,
} from '@headwater/transfer';
import { UsageError } from './which-store.mjs';

/** Nothing was done: something else has to be typed, chosen or repaired first. */
const REFUSED = [
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
  StoreNotEmpty,
  TokenKeyClash,
  UnknownEvent,
];

/** It ended in the middle: it can be run again as it is. */
const FAILED = [ImportInterrupted, StoreUnavailable];

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
    if (error.name === 'AbortError') return says('It was stopped.', 1);
    if (isOneOf(FAILED, error) || isOfTheSystem(error)) return says(error.message, 1);
    throw error;
  }
}

function says(message, code) {
  console.error(message);
  return code;
}
