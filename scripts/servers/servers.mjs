import { makeRunFolder } from './run-folder.mjs';
import { kafkaSources, mongoSources } from './sources.mjs';
import { firstPossible, ServersUnavailable } from './unavailable.mjs';

/**
 * @typedef {object} Servers
 * @property {import('./sources.mjs').RunningKafka} [kafka]
 * @property {import('./sources.mjs').RunningMongo} [mongo]
 * @property {() => Record<string, string>} settings the environment variables that name the servers
 * @property {() => Promise<void>} stop those of them that are ours, and removes their data, unless it is kept
 */

/**
 * Real servers for tests and for trying Headwater out: those that are configured, else from Docker, else processes of ours with fresh data.
 * @param {{ kafka?: boolean, mongo?: boolean, mongoNodes?: 1 | 3, env?: NodeJS.ProcessEnv, keepIn?: string }} [options]
 *   `keepIn` is a folder: processes of ours find the data there that they left there, and leave it
 * @returns {Promise<Servers>}
 * @throws {ServersUnavailable} with what was looked for and why each was not possible
 */
export async function startServers({ kafka = true, mongo = true, mongoNodes = 1, env = process.env, keepIn } = {}) {
  const kept = keepIn !== undefined;
  let made;
  const folder = () => keepIn ?? (made ??= makeRunFolder()).path;
  const wanted = [
    ...(kafka ? [{ server: 'Kafka', key: 'kafka', sources: kafkaSources({ env, folder, kept }) }] : []),
    ...(mongo ? [{ server: 'MongoDB', key: 'mongo', sources: mongoSources({ env, folder, kept, nodes: mongoNodes }) }] : []),
  ];
  const results = await Promise.allSettled(wanted.map(({ sources }) => firstPossible(sources)));
  const found = results.flatMap(({ value }, index) => (value?.found ? [[wanted[index].key, value.found]] : []));
  const stop = async () => {
    await Promise.all(found.map(([, server]) => server.stop()));
    made?.remove();
  };
  const failed = results.find(({ status }) => status === 'rejected');
  const missing = results.flatMap(({ value }, index) => (value?.reasons ? [{ server: wanted[index].server, reasons: value.reasons }] : []));
  if (failed || missing.length > 0) await stop();
  if (failed) throw failed.reason;
  if (missing.length > 0) throw new ServersUnavailable(missing);
  const servers = Object.fromEntries(found);
  return { ...servers, settings: () => settingsOf(servers), stop };
}

function settingsOf({ kafka, mongo }) {
  return {
    ...(kafka && { HEADWATER_KAFKA_BROKERS: kafka.brokers }),
    ...(mongo && { HEADWATER_MONGO_URL: mongo.url }),
  };
}
