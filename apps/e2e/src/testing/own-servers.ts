/** A server that can be killed and started again on its data. */
export interface OwnServer {
  readonly running: boolean;
  start(): Promise<void>;
  kill(): Promise<void>;
}

/** Servers that a test has for itself. */
export interface OwnServers {
  readonly kafka?: { readonly brokers: string; readonly broker: OwnServer };
  readonly mongo?: { readonly url: string; readonly nodes: readonly OwnServer[] };
  /** Ends them and removes their data. */
  stop(): Promise<void>;
}

interface Wanted {
  readonly kafka: boolean;
  readonly mongo: boolean;
  readonly mongoNodes?: 1 | 3;
  readonly env: NodeJS.ProcessEnv;
}

const MODULE = new URL('../../../../scripts/servers/servers.mjs', import.meta.url).href;

/** Processes of ours, whatever servers are configured for the other tests. */
async function started(wanted: Omit<Wanted, 'env'>): Promise<OwnServers> {
  const { startServers } = (await import(MODULE)) as { startServers(wanted: Wanted): Promise<OwnServers> };
  const { HEADWATER_KAFKA_BROKERS: _brokers, HEADWATER_MONGO_URL: _url, ...env } = process.env;
  return startServers({ ...wanted, env });
}

/** A broker that nobody else uses. */
export async function ownKafka(): Promise<Required<OwnServers>['kafka'] & Pick<OwnServers, 'stop'>> {
  const { kafka, stop } = await started({ kafka: true, mongo: false });
  if (kafka === undefined) throw new Error('There is no broker.');
  return { ...kafka, stop };
}

/** A replica set of three that nobody else uses. */
export async function ownReplicaSet(): Promise<Required<OwnServers>['mongo'] & Pick<OwnServers, 'stop'>> {
  const { mongo, stop } = await started({ kafka: false, mongo: true, mongoNodes: 3 });
  if (mongo === undefined) throw new Error('There is no MongoDB.');
  return { ...mongo, stop };
}
