import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, isExecutable, output } from './programs.mjs';
import { provision, tell } from './provision.mjs';
import { NotPossible } from './unavailable.mjs';

export const kafkaVersion = '4.3.1';
const oldestJava = 17;

// Without the logging binding Kafka runs and logs nothing.
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>headwater</groupId>
  <artifactId>kafka</artifactId>
  <version>${kafkaVersion}</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${kafkaVersion}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>2.25.4</version>
    </dependency>
  </dependencies>
</project>
`;

/**
 * Kafka from Maven Central.
 * @param {{ env?: NodeJS.ProcessEnv, cache?: string, say?: (line: string) => void }} [options]
 * @returns {Promise<import('./kafka-broker.mjs').KafkaInstallation>}
 * @throws {NotPossible} without Java or Maven, or where Maven cannot fetch it
 */
export async function provisionKafka({ env = process.env, cache, say = tell } = {}) {
  const java = await findJava(env);
  const jars = await provision({ name: `kafka-${kafkaVersion}`, recipe: pom, cache }, (folder) => fetchJars(folder, env, say));
  return { java, jars };
}

async function findJava(env) {
  const ofHome = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : '';
  const java = isExecutable(ofHome) ? ofHome : findOnPath('java', env);
  if (!java) throw new NotPossible(`needs Java ${oldestJava} or newer; there is no java in JAVA_HOME or on the PATH`);
  const version = /version "(?:1\.)?(\d+)/.exec(await output(java, ['-version']))?.[1];
  if (!(Number(version) >= oldestJava))
    throw new NotPossible(`needs Java ${oldestJava} or newer; ${java} is ${version ?? 'of unknown version'}`);
  return java;
}

async function fetchJars(folder, env, say) {
  const maven = findOnPath('mvn', env);
  if (!maven) throw new NotPossible('needs Maven to fetch Kafka; there is no mvn on the PATH');
  say(`fetching Kafka ${kafkaVersion} (once; 44 MB)`);
  const pomFile = join(folder, 'pom.xml');
  writeFileSync(pomFile, pom);
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
  try {
    await output(maven, ['-q', '-B', '--strict-checksums', '-f', pomFile, ...goal], { milliseconds: 300_000, cwd: folder });
  } catch (error) {
    throw new NotPossible(error.message);
  }
}
