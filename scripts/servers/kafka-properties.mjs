import { randomBytes } from 'node:crypto';

/** Enough for tests and for trying it out. */
export const heap = ['-Xms128m', '-Xmx384m'];

/** As Kafka writes a UUID: 16 bytes in base64url; one that begins with a dash would be taken for an option. */
export function clusterId() {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}

/**
 * One node that is broker and controller.
 * @param {{ listen: string, advertise: string, controller: string, data: string }} options host:port to serve clients on, what clients are
 *   told, and where the controller listens; the folder of its data
 */
export function serverProperties({ listen, advertise, controller, data }) {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@${controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://${listen},CONTROLLER://${controller}
advertised.listeners=PLAINTEXT://${advertise}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
message.max.bytes=10485760
log.cleaner.dedupe.buffer.size=16777216
`;
}
