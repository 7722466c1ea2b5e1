import { CommandServiceConfig } from '@headwater/platform/config';

/** Runs the service that an environment describes, until it is told to stop. Ends the process where it cannot start. */
export async function run(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const [{ runService }, { startCommandService }, { startFailure }] = await Promise.all([
    import('@headwater/platform'),
    import('./start.js'),
    import('./start-failure.js'),
  ]);
  await runService({
    name: 'headwater command-service',
    read: () => CommandServiceConfig.read(environment),
    start: startCommandService,
    startFailure,
    about: ({ mongoDatabase, kafkaBrokers }) => [
      ['events in', `MongoDB, database ${mongoDatabase}`],
      ['and to', `Kafka, ${kafkaBrokers.join(', ')}`],
    ],
  });
}
