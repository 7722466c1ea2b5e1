import { ProjectorConfig } from '@headwater/platform/config';

/** Runs the service that an environment describes, until it is told to stop. Ends the process where it cannot start. */
export async function run(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const [{ runService }, { startProjector }, { startFailure }] = await Promise.all([
    import('@headwater/platform'),
    import('./start.js'),
    import('./start-failure.js'),
  ]);
  await runService({
    name: 'headwater projector',
    read: () => ProjectorConfig.read(environment),
    start: startProjector,
    startFailure,
    about: ({ projections, mongoDatabase, kafkaBrokers }) => [
      ['events of', `Kafka, ${kafkaBrokers.join(', ')}`],
      ['projects', `${projections.join(', ')}, to MongoDB, database ${mongoDatabase}`],
    ],
  });
}
