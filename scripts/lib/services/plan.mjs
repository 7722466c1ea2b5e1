const here = '127.0.0.1';

/**
 * One service to run.
 * @typedef {object} Planned
 * @property {string} name as its output and our messages name it
 * @property {string} app its folder below apps/
 * @property {string} url
 * @property {Record<string, string>} settings what it is told, beside what all of them are
 */

/**
 * What runs where. Only gateways are for others: whatever else listens does so on this machine.
 * @param {import('./options.mjs').Counts} counts
 * @param {{ host: string, port: number, publicUrl?: string, freePort: () => Promise<number> }} gateway where the first one listens; the port for every
 *   other service is a free one
 * @returns {Promise<{ commandServices: readonly Planned[], projectors: readonly Planned[], gateways: readonly Planned[] }>}
 */
export async function planServices({ commandServices, projectors, gateways }, { host, port, publicUrl, freePort }) {
  const clientsUse = { HEADWATER_PUBLIC_URL: publicUrl ?? addressOf(host, port) };
  const writers = await several('command-service', commandServices, async () => listening(here, await freePort(), clientsUse));
  return {
    commandServices: writers,
    projectors: await several('projector', projectors, async () => listening(here, await freePort())),
    gateways: await several('query-gateway', gateways, async (index) =>
      listening(host, index === 0 ? port : await freePort(), {
        ...clientsUse,
        // A gateway knows one address for writes; several share what writers there are.
        HEADWATER_COMMAND_SERVICE_URL: writers[index % writers.length].url,
      }),
    ),
  };
}

async function several(app, count, describe) {
  const planned = [];
  for (let index = 0; index < count; index++) {
    planned.push({ app, name: count === 1 ? app : `${app}-${index + 1}`, ...(await describe(index)) });
  }
  return planned;
}

function listening(host, port, more = {}) {
  return { url: addressOf(reachable(host), port), settings: { HEADWATER_HOST: host, HEADWATER_PORT: String(port), ...more } };
}

/** What listens on all addresses is asked on this machine's own. */
const reachable = (host) => (host === '0.0.0.0' || host === '::' ? here : host);

const addressOf = (host, port) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
