/**
 * What a person reads once everything serves: what runs where, and what to try next.
 * @param {object} running
 * @param {string} running.url that clients use
 * @param {readonly { name: string, url: string, pid: number }[]} running.services
 * @param {readonly { name: string, address: string, pid?: number }[]} running.servers
 * @param {string} [running.folder] of the servers' data, where there are servers of ours
 * @returns {string}
 */
export function reportOf({ url, services, servers, folder }) {
  const pid = (one) => (one.pid === undefined ? '' : `pid ${one.pid}`);
  const rows = [
    ...services.map((one) => [one.name, one.url, pid(one)]),
    ...servers.map((one) => [one.name, one.address, pid(one)]),
    ...(folder === undefined ? [] : [['data', folder, '']]),
  ];
  const width = (column) => Math.max(...rows.map((row) => row[column].length));
  const [first, second] = [width(0), width(1)];
  const hints = [
    ['try', `curl -X PUT ${url}/v1/orgs/demo -H 'content-type: application/json' -d '{}'`],
    ['tour', 'npm run tour (loads schema.org and shows what the service does with it)'],
    ['look', 'GET /health/ready and /metrics at each of the addresses above'],
    ['break', 'end a service by its pid: it is started again'],
    ['stop', 'Ctrl-C'],
  ];
  return [
    `headwater is ready: ${url}`,
    ...rows.map(([name, address, more]) => `  ${name.padEnd(first)}  ${address.padEnd(second)}  ${more}`.trimEnd()),
    ...hints.map(([name, text]) => `  ${name.padEnd(first)}  ${text}`),
  ].join('\n');
}
