import { randomBytes } from 'node:crypto';
import { freePort } from '@headwater/platform';
import { until } from '../testing/api.js';
import { AppProcess } from '../testing/app-process.js';
import { newDatabase, settingsFor } from '../testing/distributed-storage.js';
import type { Settings, TestStorage } from '../testing/settings.js';

/** Nobody listens there. */
const NO_MONGO: Settings = { HEADWATER_MONGO_URL: 'mongodb://me:s3cret@127.0.0.1:1/?replicaSet=rs0', HEADWATER_MONGO_TIMEOUT_MS: '500' };
const NO_KAFKA: Settings = { HEADWATER_KAFKA_BROKERS: '127.0.0.1:1' };
/** A prefix of which there are no topics. */
const NO_TOPICS: Settings = { HEADWATER_KAFKA_TOPIC_PREFIX: 'nothing-of-this-name' };
const UNPREPARED: Settings = { HEADWATER_MONGO_DATABASE: `headwater_e2e_${randomBytes(8).toString('hex')}` };

describe.each(['command-service', 'projector'])('The start of the %s', (app) => {
  let storage: TestStorage;
  const started: AppProcess[] = [];

  beforeAll(async () => {
    storage = await newDatabase();
  });
  afterAll(() => storage.remove());
  afterEach(async () => {
    await Promise.all(started.splice(0).map((one) => one.kill()));
  });

  async function start(settings: Settings = {}): Promise<AppProcess> {
    const one = new AppProcess({ ...settingsFor(storage), HEADWATER_PORT: String(await freePort()), ...settings }, app);
    started.push(one);
    return one;
  }

  const failing: readonly (readonly [string, Settings, string])[] = [
    ['MongoDB is out of reach', NO_MONGO, 'Is HEADWATER_MONGO_URL right'],
    ['the database is not prepared', UNPREPARED, 'run "npm run topics"'],
    ['topics are missing', NO_TOPICS, 'does not exist. Run npm run topics.'],
    ['a setting is wrong', { HEADWATER_MONGO_POOL_SIZE: 'some' }, 'HEADWATER_MONGO_POOL_SIZE must be a whole number from 2 to 10000.'],
  ];

  it.each(failing)('ends with a sentence where %s', async (_, settings, sentence) => {
    const one = await start(settings);
    expect(await one.ended).toEqual({ code: 1, signal: null });
    expect(one.stderr).toContain(sentence);
    expect(one.stderr).toMatch(new RegExp(`^headwater ${app} cannot start`));
    expect(one.stderr + one.stdout).not.toContain('s3cret');
    expect(one.stderr).not.toContain('    at ');
  });

  it('says where it serves, and stops at a signal, also at two', async () => {
    const one = await start();
    const url = await one.ready();
    await until(async () => (await fetch(`${url}/health/ready`)).status === 200);
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    one.signal('SIGTERM');
    one.signal('SIGTERM');
    expect(await one.ended).toEqual({ code: 0, signal: null });
  });

  it('does not wait for Kafka', async () => {
    const one = await start(NO_KAFKA);
    const ready = await fetch(`${await one.ready()}/health/ready`);
    // Writes are taken without Kafka; without it there is nothing to project.
    expect(ready.status).toBe(app === 'command-service' ? 200 : 503);
  });
});
