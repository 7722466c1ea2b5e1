import type { Logger } from 'pino';
import { InvalidConfiguration, type HeadwaterConfig } from './configurations.js';
import { freePort } from './free-port.js';
import { createLogger } from './logging.js';
import { endAtFaults, stopAtSignals } from './signals.js';
import type { StartFailure } from './start-failure.js';

/** A service that serves. */
export interface RunningService {
  /** Where it listens. */
  readonly url: string;
  readonly logger: Logger;
  /** Ends it cleanly. May be called twice. */
  close(): Promise<void>;
}

/** A service as a process of its own. */
export interface ServiceProgram<Config extends HeadwaterConfig> {
  /** As people and process lists name it. */
  readonly name: string;
  /** @throws InvalidConfiguration */
  readonly read: () => Config;
  readonly start: (config: Config) => Promise<RunningService>;
  readonly startFailure: StartFailure;
  /** What a person reads once it serves, beside its address: a word and what it is about, a line each. */
  readonly about: (config: Config) => readonly (readonly [string, string])[];
}

const FAILED = 1;

/** Runs a service until it is told to stop. Ends the process, saying why, where it cannot start. */
export async function runService<Config extends HeadwaterConfig>(program: ServiceProgram<Config>): Promise<void> {
  const given = configured(program);
  const config = given.port === 0 ? given.onPort(await freePort(given.host)) : given;
  try {
    const running = await program.start(config);
    endAtFaults(running.logger);
    stopAtSignals(() => running.close(), running.logger);
    // Whoever reads it may tell the service to stop at once.
    process.stdout.write(`${readyLines(program, running.url, config)}\n`);
  } catch (error) {
    const known = program.startFailure(error, config);
    if (known === undefined) createLogger(config.logLevel).fatal({ err: error }, 'The service could not start.');
    else process.stderr.write(`${program.name} cannot start: ${known}\n`);
    process.exit(FAILED);
  }
}

function configured<Config extends HeadwaterConfig>({ name, read }: ServiceProgram<Config>): Config {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    process.stderr.write(`${name} cannot start. ${error.message}\n`);
    return process.exit(FAILED);
  }
}

function readyLines<Config extends HeadwaterConfig>({ name, about }: ServiceProgram<Config>, url: string, config: Config): string {
  const lines = about(config);
  const width = Math.max(0, ...lines.map(([word]) => word.length));
  return [`${name} is ready: ${url}`, ...lines.map(([word, text]) => `  ${word.padEnd(width)}  ${text}`)].join('\n');
}
