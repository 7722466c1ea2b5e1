import { EmbeddedConfig, InvalidConfiguration } from '@headwater/platform/config';
import { openStore } from './store.js';

const FAILED = 1;

/** Runs the service that an environment describes, until it is told to stop. Ends the process where it cannot start. */
export async function run(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const given = configured(environment);
  // The store opens on a thread of its own, while this one loads what everything else is made of.
  const opening = openStore(given);
  // Until somebody waits for it; a failure is told there.
  opening.catch(() => undefined);
  const [{ createLogger, endAtFaults, freePort, stopAtSignals }, { start }, { readyLines }, { startFailure }] = await Promise.all([
    import('@headwater/platform'),
    import('./start.js'),
    import('./ready-lines.js'),
    import('./start-failure.js'),
  ]);
  const config = given.port === 0 ? given.onPort(await freePort(given.host)) : given;
  try {
    const running = await start(config, opening);
    endAtFaults(running.logger);
    stopAtSignals(() => running.close(), running.logger);
    // Last: whoever reads it may tell the service to stop at once.
    process.stdout.write(`${readyLines({ url: running.url, publicUrl: config.publicUrl, dataDir: running.dataDir })}\n`);
  } catch (error) {
    const known = startFailure(error, config);
    if (known === undefined) createLogger(config.logLevel).fatal({ err: error }, 'The service could not start.');
    else process.stderr.write(`headwater cannot start: ${known}\n`);
    process.exit(FAILED);
  }
}

/** Ends the process, naming every mistake, where there are any. */
function configured(environment: Readonly<Record<string, string | undefined>>): EmbeddedConfig {
  try {
    return EmbeddedConfig.read(environment);
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    process.stderr.write(`headwater cannot start. ${error.message}\n`);
    return process.exit(FAILED);
  }
}
