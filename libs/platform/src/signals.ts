import type { Logger } from 'pino';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Stops the service at SIGTERM, SIGINT or SIGHUP (its terminal was closed) and ends the process: 0 where it stopped cleanly. Further signals while it stops change nothing: a
 * terminal sends one to the whole group, and a launcher passes it on once more.
 */
export function stopAtSignals(stop: () => Promise<void>, logger: Logger): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'Stopping.');
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.fatal({ err: error }, 'The service did not stop cleanly.');
        process.exit(1);
      },
    );
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

/** Ends the process at a fault that nobody handles: what it would do next is not known. Everything acknowledged is durable. */
export function endAtFaults(logger: Logger): void {
  const end = (error: unknown): void => {
    logger.fatal({ err: error }, 'A fault that nobody handles: the service ends.');
    process.exit(1);
  };
  process.on('uncaughtException', end).on('unhandledRejection', end);
}
