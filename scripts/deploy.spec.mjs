import { readFileSync } from 'node:fs';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { at } from './lib/workspace.mjs';

const text = (...path) => readFileSync(at(...path), 'utf8');
const { scripts, devDependencies } = JSON.parse(text('package.json'));

/** The npm script that a command runs, where it is "npm run" and nothing else. */
const scriptOf = ([npm, run, name, ...more]) => (npm === 'npm' && run === 'run' && more.length === 0 ? name : undefined);

describe('The image', () => {
  const dockerfile = text('deploy', 'Dockerfile');
  const instructions = (name) => [...dockerfile.matchAll(new RegExp(`^${name} (.+)$`, 'gm'))].map(([, rest]) => rest);

  it('is described without mistakes', () => expect(validate(dockerfile)).toEqual([]));

  it('is built and runs on the Node that package.json pins', () => {
    expect(instructions('FROM').map((from) => from.split(' ')[0])).toEqual(Array(2).fill(`node:${devDependencies.node}-bookworm-slim`));
  });

  it('does not run as root', () => expect(instructions('USER').at(-1)).toMatch(/^[1-9]\d*:[1-9]\d*$/));

  it('starts what npm starts in a clone', () => expect(Object.keys(scripts)).toContain(scriptOf(JSON.parse(instructions('CMD').at(-1)))));
});

describe('docker-compose.yml', () => {
  const { services, volumes, configs } = parse(text('docker-compose.yml'), { merge: true });
  const all = Object.entries(services);
  const ours = all.filter(([, { image }]) => image === 'headwater');
  const lasting = all.filter(([, { restart }]) => restart === 'unless-stopped');

  it('runs Kafka, MongoDB, the preparation, a command-service, two projectors and a gateway', () => {
    expect(Object.keys(services)).toEqual(['kafka', 'mongo', 'replica-set', 'topics', 'command-service', 'projector', 'gateway']);
    expect(services.projector.deploy.replicas).toBe(2);
  });

  it('lets nothing but the gateway be reached, and that from this machine only', () => {
    expect(all.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]))).toEqual([
      ['gateway', '127.0.0.1:${HEADWATER_PORT:-8080}:8080'],
    ]);
    expect(all.filter(([, service]) => service.network_mode !== undefined)).toEqual([]);
  });

  it.each(ours)('starts %s by an npm script that there is, without rights that it does not need', (_, service) => {
    expect(Object.keys(scripts)).toContain(scriptOf(service.command));
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service.environment.HEADWATER_BOOTSTRAP_ANONYMOUS).toBe('true');
  });

  it.each(all)('bounds what %s takes', (_, { deploy, logging }) => {
    expect(deploy.resources.limits).toEqual({ cpus: expect.any(String), memory: expect.stringMatching(/^\d+[MG]$/) });
    expect(logging.options).toHaveProperty('max-size');
  });

  it.each(lasting.filter(([, { image }]) => image !== 'headwater'))('asks %s whether it is well, and keeps its data', (_, service) => {
    expect(service.healthcheck.test[0]).toBe('CMD');
    expect(service.volumes.map((volume) => volume.split(':')[0]).filter((name) => !(name in volumes))).toEqual([]);
  });

  it.each(all)(
    'starts %s after what it stands on, and refers to nothing that is not there',
    (_, { depends_on = {}, configs: used = [] }) => {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const ends = services[name].restart?.startsWith('on-failure');
        expect([name, condition]).toEqual([name, ends ? 'service_completed_successfully' : 'service_healthy']);
      }
      for (const { source } of used) expect(text(configs[source].file)).not.toBe('');
    },
  );

  it.each(all.filter(([, { build }]) => build === undefined))('names the version of the image of %s', (_, { image }) => {
    expect(image).toMatch(/^[a-z/]+:\d+(\.\d+)+$/);
  });

  it('holds no secret', () => expect(JSON.stringify(services)).not.toMatch(/password|secret|token/i));
});
