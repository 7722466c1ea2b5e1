import { ServersUnavailable } from '../servers/unavailable.mjs';
import { serversFor, suitesThatNeedServers } from './test-servers.mjs';

describe('The servers of a test run', () => {
  const suites = ['libs/adapters/mongo/dist/a.int.spec.js'];
  const refuse = (error) => () => Promise.reject(error);

  it('are not started for suites that need none', async () => {
    expect(await suitesThatNeedServers(['libs/resources'])).toEqual([]);
    expect((await serversFor([], refuse(new Error('started')))).settings).toEqual({});
  });

  it('are started for a selection that has suites of the distributed mode', async () => {
    const found = await suitesThatNeedServers(['libs/adapters/mongo']);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((path) => !/^libs\/adapters\/mongo\/dist\/.*\.(int|e2e)\.spec\.js$/.test(path))).toEqual([]);
  });

  it('are given to the suites as settings', async () => {
    const settings = { HEADWATER_KAFKA_BROKERS: '127.0.0.1:1', HEADWATER_MONGO_URL: 'mongodb://127.0.0.1:2' };
    const stop = () => Promise.resolve();
    expect(await serversFor(suites, () => Promise.resolve({ settings: () => settings, stop }))).toEqual({ settings, stop });
  });

  it('are missing, with the suites and the reason, where there is no way to them', async () => {
    const error = new ServersUnavailable([{ server: 'Kafka', reasons: [{ source: 'Docker', reason: 'no engine' }] }]);
    const { missing } = await serversFor(suites, refuse(error));
    expect(missing).toEqual({ suites, reason: 'no Kafka to be had here:\n  - Docker: no engine', expected: true });
  });

  it('are missing against expectation where they do not come up', async () => {
    const { missing } = await serversFor(suites, refuse(new Error('it ended')));
    expect(missing).toEqual({ suites, reason: 'it ended', expected: false });
  });
});
