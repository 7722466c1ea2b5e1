import type { Logger } from 'pino';

/** What the client of a server says while it works. */
export interface ClientNotice {
  readonly level: 'debug' | 'info' | 'warn';
  readonly message: string;
  readonly details: object;
}

const AGAIN_AFTER_MS = 60_000;
/** Different messages that are remembered. */
const REMEMBERED = 100;

/**
 * Writes what a client says into the log. Clients say the same with every try, and tries are made for as long as a server is away: a repetition
 * within a minute is told to those who debug alone. What fails in the end is told by whoever asked for it.
 */
export function clientLog(logger: Pick<Logger, ClientNotice['level']>, now: () => number = Date.now): (notice: ClientNotice) => void {
  const told = new Map<string, number>();
  return ({ level, message, details }) => {
    const last = told.get(message);
    const repeated = last !== undefined && now() - last < AGAIN_AFTER_MS;
    if (!repeated) {
      told.delete(message);
      told.set(message, now());
      const [oldest] = told.keys();
      if (told.size > REMEMBERED && oldest !== undefined) told.delete(oldest);
    }
    logger[repeated ? 'debug' : level](details, message);
  };
}
