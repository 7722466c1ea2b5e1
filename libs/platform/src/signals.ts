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
