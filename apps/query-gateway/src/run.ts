import { GatewayConfig, InvalidConfiguration } from '@headwater/platform/config';

const NAME = 'headwater query-gateway';
const FAILED = 1;

/** Runs the service that an environment describes, until it is told to stop. Ends the process where it cannot start. */
export async function run(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const given = configured(environment);
  const [{ createLogger, endAtFaults, freePort, stopAtSignals }, { startGateway }, { startFailure }] = await Promise.all([
    import('@headwater/platform'),
    import('./start.js'),
    import('./start-failure.js'),
  ]);
  const config = given.port === 0 ? given.onPort(await freePort(given.host)) : given;
  try {
    const running = await startGateway(config);
    process.stdout.write(`${readyLines(running.url, config)}\n`);
    endAtFaults(running.logger);
    stopAtSignals(() => running.close(), running.logger);
  } catch (error) {
    const known = startFailure(error, config);
    if (known === undefined) createLogger(config.logLevel).fatal({ err: error }, 'The service could not start.');
    else process.stderr.write(`${NAME} cannot start: ${known}\n`);
    process.exit(FAILED);
  }
}

/** What a person reads once the service serves. */
function readyLines(url: string, { publicUrl, mongoDatabase, commandServiceUrl }: GatewayConfig): string {
  const lines: readonly (readonly [string, string])[] = [
    ['reads', `MongoDB, database ${mongoDatabase}`],
    ['writes to', commandServiceUrl],
    ...(publicUrl === url ? [] : [['clients use', publicUrl] as const]),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return [`${NAME} is ready: ${url}`, ...lines.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)].join('\n');
}

/** Ends the process, naming every mistake, where there are any. */
function configured(environment: Readonly<Record<string, string | undefined>>): GatewayConfig {
  try {
    return GatewayConfig.read(environment);
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    process.stderr.write(`${NAME} cannot start. ${error.message}\n`);
    return process.exit(FAILED);
  }
}
