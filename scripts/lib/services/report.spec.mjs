import { reportOf } from './report.mjs';

describe('What a person reads once everything serves', () => {
  const url = 'http://127.0.0.1:8080';
  const services = [
    { name: 'query-gateway', url, pid: 11 },
    { name: 'projector', url: 'http://127.0.0.1:20001', pid: 12 },
  ];

  it('is what runs where, and what to try', () => {
    const servers = [
      { name: 'Kafka', address: '127.0.0.1:20002', pid: 13 },
      { name: 'MongoDB', address: 'as HEADWATER_MONGO_URL says' },
    ];
    const lines = reportOf({ url, services, servers, folder: '/data/distributed' }).split('\n');
    expect(lines.slice(0, 6)).toEqual([
      'headwater is ready: http://127.0.0.1:8080',
      '  query-gateway  http://127.0.0.1:8080        pid 11',
      '  projector      http://127.0.0.1:20001       pid 12',
      '  Kafka          127.0.0.1:20002              pid 13',
      '  MongoDB        as HEADWATER_MONGO_URL says',
      '  data           /data/distributed',
    ]);
    expect(lines).toContain(`  try            curl -X PUT ${url}/v1/orgs/demo -H 'content-type: application/json' -d '{}'`);
  });

  it('names no folder where all servers are others', () => {
    expect(reportOf({ url, services, servers: [] })).not.toContain('data  ');
  });
});
