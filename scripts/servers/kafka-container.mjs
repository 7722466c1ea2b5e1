import { kafkaAnswers } from './clients.mjs';
import { containerEngine, startContainer } from './docker.mjs';
import { clusterId, heap, serverProperties } from './kafka-properties.mjs';
import { kafkaVersion } from './kafka-provision.mjs';
import { serverPort } from './server-port.mjs';
import { until } from './server-process.mjs';

const readyMilliseconds = 90_000;
const file = '/tmp/server.properties';
// Kafka's user may make it; the folders of files that are copied into a container belong to root.
const data = '/tmp/data';
const bin = '/opt/kafka/bin';

/**
 * Kafka's own image with the settings that our own process has.
 * @returns {Promise<{ brokers: string, stop: () => Promise<void> }>}
 * @throws {import('./unavailable.mjs').NotPossible}
 */
export async function startKafkaContainer() {
  const engine = await containerEngine();
  const port = await serverPort();
  const brokers = `${engine.host}:${port}`;
  const listener = { listen: `0.0.0.0:${port}`, advertise: brokers };
  const properties = serverProperties({ ...listener, controller: '127.0.0.1:9093', data });
  const start = `${bin}/kafka-storage.sh format -t ${clusterId()} -c ${file} && exec ${bin}/kafka-server-start.sh ${file}`;
  const container = await startContainer(engine, {
    image: `apache/kafka:${kafkaVersion}`,
    port,
    prepare: (one) =>
      one
        .withEnvironment({ KAFKA_HEAP_OPTS: heap.join(' ') })
        .withCopyContentToContainer([{ content: properties, target: file, mode: 0o644 }])
        .withEntrypoint(['sh', '-c', start]),
  });
  try {
    await until('Kafka in its container', () => kafkaAnswers(brokers), { milliseconds: readyMilliseconds });
  } catch (error) {
    await container.stop();
    throw error;
  }
  return { brokers, stop: container.stop };
}
