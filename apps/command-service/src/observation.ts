import type { AppendedGroup } from '@headwater/mongo';
import { SIZES, type Health, type Metrics } from '@headwater/platform';
import type { Parts } from './parts.js';

/** Without a primary that takes writes the service is not ready; without Kafka it is (`RelayMonitor`). */
export function observe({ database, store }: Parts, metrics: Metrics, health: Health): void {
  health.register('mongodb', async () => {
    await database.ping();
    return { status: 'up' };
  });
  metrics.gauge('headwater_append_queue_commits', 'Commits that wait for the event store.', () => store.queued.commits);
}

/** Counts what is stored together. */
export function appended(metrics: Metrics): (group: AppendedGroup) => void {
  const sizes = metrics.histogram('headwater_append_group_commits', 'Commits that were stored together.', SIZES).series();
  const seconds = metrics.histogram('headwater_append_group_duration_seconds', 'How long storing them took.').series();
  return ({ commits, milliseconds }) => {
    sizes.observe(commits);
    seconds.observe(milliseconds / 1000);
  };
}

/** Counts what is sent to Kafka together. */
export function published(metrics: Metrics): (commits: number, milliseconds: number) => void {
  const sizes = metrics.histogram('headwater_relay_batch_commits', 'Commits that were published together.', SIZES).series();
  const seconds = metrics.histogram('headwater_relay_batch_duration_seconds', 'How long publishing them took.').series();
  return (commits, milliseconds) => {
    sizes.observe(commits);
    seconds.observe(milliseconds / 1000);
  };
}
