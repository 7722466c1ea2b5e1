import { Stages } from './stages.mjs';

describe('Stages', () => {
  let events;
  beforeEach(() => (events = []));

  const part = (name, { start = async () => {}, stop = async () => true } = {}) => ({
    part: { name },
    start: async () => {
      events.push(`start ${name}`);
      await start();
    },
    stop: async () => {
      events.push(`stop ${name}`);
      const clean = await stop();
      events.push(`${name} ended`);
      return clean;
    },
    kill: () => events.push(`kill ${name}`),
  });

  it('are ended the other way round than they were started, each after the one before', async () => {
    const stages = new Stages();
    await stages.start([part('database')], 1000);
    await stages.start([part('writer'), part('projector')], 1000);
    await stages.start([part('gateway')], 1000);
    events.length = 0;
    expect(await stages.stop()).toEqual([]);
    expect(events).toEqual([
      'stop gateway',
      'gateway ended',
      'stop writer',
      'stop projector',
      'writer ended',
      'projector ended',
      'stop database',
      'database ended',
    ]);
  });

  it('name what had to be killed', async () => {
    const stages = new Stages();
    await stages.start([part('stubborn', { stop: async () => false }), part('obedient')], 1000);
    expect(await stages.stop()).toEqual(['stubborn']);
  });

  it('also end what did not become ready', async () => {
    const stages = new Stages();
    await stages.start([part('database')], 1000);
    const failing = part('gateway', { start: () => Promise.reject(new Error('no')) });
    await expect(stages.start([failing], 1000)).rejects.toThrow('no');
    await stages.stop();
    expect(events).toContain('stop gateway');
    expect(events.at(-1)).toBe('database ended');
  });

  it('kill everything that runs where nothing is waited for', async () => {
    const stages = new Stages();
    await stages.start([part('database')], 1000);
    await stages.start([part('gateway')], 1000);
    events.length = 0;
    stages.kill();
    expect(events.sort()).toEqual(['kill database', 'kill gateway']);
  });
});
