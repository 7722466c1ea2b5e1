import type { MongoDatabase } from '@headwater/mongo';
import type { Health, Metrics } from '@headwater/platform';
import type { CommandService } from './forwarding/command-service.js';

interface Observed {
  readonly database: MongoDatabase;
  readonly service: CommandService;
}

/**
 * Makes what the gateway depends on visible in metrics and health. Without MongoDB it is not ready; without the command-service it is, as reads
 * are answered all the same, and whoever looks is told.
 */
export function observe({ database, service }: Observed, metrics: Metrics, health: Health): void {
  health.register('mongodb', async () => {
    await database.ping();
    return { status: 'up' };
  });
  health.register('command-service', () => service.health(), 'told');
  metrics.gauge('headwater_forwarded_requests', 'Writes that were handed on and are not answered yet.', () => service.inFlight);
  metrics.gauge('headwater_command_service_up', '1 where the command-service says that it is ready.', async () =>
    (await service.health()).status === 'up' ? 1 : 0,
  );
}
