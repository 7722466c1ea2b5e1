import { describe, expect, it } from '@jest/globals';
import { partition } from '@headwater/event-sourcing';
import { Health, Metrics } from '@headwater/platform';
import { recordingLog } from '../testing/recording-log.js';
import { RelayMonitor } from './relay-monitor.js';
import type { OutboxRelay } from './outbox-relay.js';
import type { RelayState } from './relay-options.js';

const well: RelayState = { held: 2, stopped: new Map(), outbox: 0, oldestMs: 0 };

function monitored() {
  const relay = { now: well, full: false, state: () => relay.now };
  const { log, lines } = recordingLog();
  const [health, metrics] = [new Health(), new Metrics()];
  const monitor = new RelayMonitor(relay as unknown as OutboxRelay, { outboxAlarm: 10 }, log, health, metrics);
  const look = (now: RelayState): readonly string[] => {
    lines.length = 0;
    relay.now = now;
    monitor.look();
    return [...lines];
  };
  return { look, relay, health, metrics };
}

describe('The monitor of the relay', () => {
  it('says once that a partition is not published any more, and is not ready', async () => {
    const { look, health } = monitored();
    const stopped = { ...well, stopped: new Map([[partition(3), 'The log has what the store lacks.']]) };
    expect(look(well)).toEqual([]);
    expect(look(stopped)).toEqual([expect.stringContaining('error A partition is not published any more')]);
    expect(look(stopped)).toEqual([]);
    expect((await health.readiness()).checks).toEqual({ relay: { status: 'down', reason: 'The log has what the store lacks.' } });
  });

  it('is ready while the log is out of reach, and says so once', async () => {
    const { look, health } = monitored();
    expect(look({ ...well, failing: 'no broker' })).toEqual([expect.stringContaining('warn Events cannot be published')]);
    expect(look({ ...well, failing: 'no leader' })).toEqual([]);
    expect((await health.readiness()).status).toBe('up');
    expect(look(well)).toEqual(['info Events are published again. {}']);
  });

  it('says that much waits, and is not ready where nothing more is taken', async () => {
    const { look, relay, health } = monitored();
    expect(look({ ...well, outbox: 10 })).toEqual(['error Many commits wait for the log. {"commits":10}']);
    expect(look({ ...well, outbox: 11 })).toEqual([]);
    relay.full = true;
    expect((await health.readiness()).status).toBe('down');
    expect(look({ ...well, outbox: 2 })).toEqual(['info Fewer commits wait for the log again. {"commits":2}']);
  });

  it('shows the outbox as metrics', async () => {
    const { look, metrics } = monitored();
    look({ ...well, outbox: 7, oldestMs: 1500 });
    const text = await metrics.registry.metrics();
    expect(text).toContain('headwater_outbox_commits 7');
    expect(text).toContain('headwater_outbox_oldest_seconds 1.5');
    expect(text).toContain('headwater_relay_partitions 2');
    expect(text).toContain('headwater_relay_stopped_partitions 0');
  });
});
