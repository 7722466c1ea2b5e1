import { GatewayConfig, addressOf } from '@headwater/platform/config';

/** Runs the service that an environment describes, until it is told to stop. Ends the process where it cannot start. */
export async function run(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const [{ runService }, { startGateway }, { startFailure }] = await Promise.all([
    import('@headwater/platform'),
    import('./start.js'),
    import('./start-failure.js'),
  ]);
  await runService({
    name: 'headwater query-gateway',
    read: () => GatewayConfig.read(environment),
    start: startGateway,
    startFailure,
    about: ({ mongoDatabase, commandServiceUrl, publicUrl, host, port }) => [
      ['reads', `MongoDB, database ${mongoDatabase}`],
      ['writes to', commandServiceUrl],
      ...(publicUrl === addressOf(host, port) ? [] : [['clients use', publicUrl] as const]),
    ],
  });
}
