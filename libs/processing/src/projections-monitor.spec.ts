import { jest } from '@jest/globals';
import { Health, Metrics } from '@headwater/platform';
import { ProjectionsMonitor } from './projections-monitor.js';
import { recordingLog } from './testing/recording-log.js';
import type { ProjectionsState } from './projections-status.js';

const standing = (parked: number, lag = 0) => ({ name: 'links', lag, parked, rebuilding: false });
const well: ProjectionsState = { projections: [standing(0)] };

function monitored() {
  const { log, lines } = recordingLog();
  const state: { now: ProjectionsState | Error } = { now: well };
  const health = new Health();
  const metrics = new Metrics();
  const status = {
    state(): ProjectionsState {
      if (state.now instanceof Error) throw state.now;
      return state.now;
    },
  };
  const monitor = new ProjectionsMonitor(status, log, health, metrics);
  const look = async (now: ProjectionsState | Error): Promise<readonly string[]> => {
    lines.length = 0;
    state.now = now;
    await monitor.look();
    return [...lines];
  };
  return { look, health, metrics };
}

describe('The monitor of the projections', () => {
  it('says once that they have stopped, and that they go on', async () => {
    const { look, health } = monitored();
    expect(await look(well)).toEqual([]);
    const stopped = { ...well, stopped: 'Revision 4 is missing.' };
    expect(await look(stopped)).toEqual([
      'error Projections have stopped: read models no longer move. {"reason":"Revision 4 is missing."}',
    ]);
    expect(await look(stopped)).toEqual([]);
    expect(await health.readiness()).toEqual({
      status: 'down',
      checks: { projections: { status: 'down', reason: 'Revision 4 is missing.' } },
    });
    expect(await look(well)).toEqual(['info Projections go on. {}']);
    expect((await health.readiness()).status).toBe('up');
  });

  it('is ready while a try failed that is made again', async () => {
    const { look, health } = monitored();
    expect(await look({ ...well, failing: 'disk full' })).toEqual([expect.stringContaining('warn Projections could not be stored')]);
    expect((await health.readiness()).status).toBe('up');
    expect(await look(well)).toEqual(['info Projections are stored again. {}']);
  });

  it('is not ready where tries fail for long', async () => {
    const { look, health } = monitored();
    jest.useFakeTimers({ now: 0, doNotFake: ['setTimeout', 'clearTimeout'] });
    try {
      await look({ ...well, failing: 'disk full' });
      jest.setSystemTime(9_000);
      await look({ ...well, failing: 'disk full' });
      expect((await health.readiness()).status).toBe('up');
      jest.setSystemTime(10_000);
      expect((await health.readiness()).checks).toEqual({ projections: { status: 'down', reason: 'disk full' } });
      await look(well);
      expect((await health.readiness()).status).toBe('up');
    } finally {
      jest.useRealTimers();
    }
  });

  it('says of every further stream that it is parked', async () => {
    const { look } = monitored();
    expect(await look({ projections: [standing(1)] })).toEqual([expect.stringContaining('{"projection":"links","parked":1}')]);
    expect(await look({ projections: [standing(1)] })).toEqual([]);
    expect(await look({ projections: [standing(3)] })).toHaveLength(1);
    expect(await look({ projections: [standing(0)] })).toEqual([]);
  });

  it('survives a state that cannot be read', async () => {
    const { look } = monitored();
    expect(await look(new Error('closed'))).toEqual([expect.stringContaining('closed')]);
  });

  it('shows lag and parked streams as metrics', async () => {
    const { look, metrics } = monitored();
    await look({ projections: [standing(2, 7)] });
    const text = await metrics.registry.metrics();
    expect(text).toContain('headwater_projection_lag_entries{projection="links"} 7');
    expect(text).toContain('headwater_parked_streams{projection="links"} 2');
  });
});
