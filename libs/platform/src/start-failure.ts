import { StoreUnavailable } from '@headwater/event-sourcing';
import { addressFailure, type Address } from './address-failure.js';

/** An error that whoever starts a service can mend: its message says how. */
type KnownError = abstract new (...args: never[]) => Error;

/** What to tell whoever started a service, where it is theirs to mend; undefined for a fault of ours. */
export type StartFailure = (error: unknown, address: Address) => string | undefined;

/** Tells of errors of these classes, and of an address that cannot be listened on. */
export const startFailureOf =
  (known: readonly KnownError[]): StartFailure =>
  (error, address) =>
    error instanceof Error && known.some((one) => error instanceof one) ? error.message : addressFailure(error, address);

/** The same for a service that needs MongoDB to start. */
export function startFailureWithMongo(known: readonly KnownError[]): StartFailure {
  const others = startFailureOf(known);
  return (error, address) =>
    error instanceof StoreUnavailable
      ? `${error.message} Is HEADWATER_MONGO_URL right, and does the replica set have a primary?`
      : others(error, address);
}
