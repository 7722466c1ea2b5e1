import { ReadConcernLevel, type ClientSession, type ReadConcernLike } from 'mongodb';

/** Options of a read that is at least as new as whatever the session has seen. */
export interface CausalRead {
  readonly session: ClientSession;
  readonly readConcern: ReadConcernLike;
}

/**
 * The driver writes into the read concern which time a read must not be before. So each read gets one of its own: that of the client is shared,
 * and another session would put its own, earlier time there before the command is sent.
 */
export const causalRead = (session: ClientSession): CausalRead => ({ session, readConcern: { level: ReadConcernLevel.majority } });
