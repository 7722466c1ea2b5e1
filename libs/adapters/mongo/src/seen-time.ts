import type { ClientSession, MongoClient, Timestamp } from 'mongodb';
import { causalRead, type CausalRead } from './causal-read.js';

/**
 * How far the database has been seen to have come. What is read with it is no older than what was read or stored before, also where another
 * primary answers that has not heard yet what a majority has.
 */
export class SeenTime {
  #seen: Timestamp | undefined;

  constructor(private readonly client: MongoClient) {}

  /** Reads what is no older than everything seen before. The read must be passed on to the question. */
  read<Answer>(ask: (read: CausalRead) => Promise<Answer>): Promise<Answer> {
    return this.client.withSession(async (session) => {
      this.begin(session);
      const answer = await ask(causalRead(session));
      this.note(session);
      return answer;
    });
  }

  /** Lets a session see no less. */
  begin(session: ClientSession): void {
    if (this.#seen !== undefined) session.advanceOperationTime(this.#seen);
  }

  /** Notes what a session has seen. */
  note({ operationTime }: ClientSession): void {
    if (operationTime === undefined) return;
    if (this.#seen === undefined || operationTime.greaterThan(this.#seen)) this.#seen = operationTime;
  }
}
