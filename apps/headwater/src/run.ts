import { HeadwaterConfig, InvalidConfiguration, createLogger, freePort, stopAtSignals } from '@headwater/platform';
import { readyLines } from './ready-lines.js';
import { startFailure } from './start-failure.js';
import { start } from './start.js';

const FAILED = 1;

/** Runs the service that an environment describes, until it is told to stop. Ends the process where it cannot start. */
export async function run(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const config = await configured(environment);
  try {
    const running = await start(config);
    process.stdout.write(`${readyLines({ url: running.url, publicUrl: config.publicUrl, dataDir: running.dataDir })}\n`);
    stopAtSignals(() => running.close(), running.logger);
  } catch (error) {
    const known = startFailure(error, config);
    if (known === undefined) createLogger(config.logLevel).fatal({ err: error }, 'The service could not start.');
    else process.stderr.write(`headwater cannot start: ${known}\n`);
    process.exit(FAILED);
  }
}

/** Ends the process, naming every mistake, where there are any. */
async function configured(environment: Readonly<Record<string, string | undefined>>): Promise<HeadwaterConfig> {
  try {
    const config = HeadwaterConfig.read(environment);
    return config.port === 0 ? config.onPort(await freePort(config.host)) : config;
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    process.stderr.write(`headwater cannot start. ${error.message}\n`);
    return process.exit(FAILED);
  }
}
