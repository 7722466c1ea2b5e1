import { SIZES, type Health, type Metrics } from '@headwater/platform';
import type { Parts } from './parts.js';

/** Not ready before it could begin, and without MongoDB. How the projections fare after that is told by `ProjectionsMonitor`. */
export function observe({ database, projector, status }: Parts, metrics: Metrics, health: Health): void {
  health.register('mongodb', async () => {
    await database.ping();
    return { status: 'up' };
  });
  health.register('projector', () => status.health());
  metrics.gauge('headwater_projector_partitions', 'Partitions that are assigned to this process.', () => projector.state().assigned.length);
  metrics.gauge(
    'headwater_projector_stopped_partitions',
    'Partitions that do not move until somebody acts.',
    () => projector.state().stopped.size,
  );
}

/** Counts what is applied together. */
export function applied(metrics: Metrics): (entries: number, milliseconds: number) => void {
  const sizes = metrics
    .histogram('headwater_projection_batch_entries', 'Entries of the log that were applied in one transaction.', SIZES)
    .series();
  const seconds = metrics.histogram('headwater_projection_batch_duration_seconds', 'How long reading and applying them took.').series();
  return (entries, milliseconds) => {
    sizes.observe(entries);
    seconds.observe(milliseconds / 1000);
  };
}
