import { setTimeout as sleep } from 'node:timers/promises';
import { SESSION_MS } from './cluster.mjs';

/**
 * Something that befalls a cluster under load, and is over when it is fulfilled.
 * @typedef {object} Fault
 * @property {string} name
 * @property {string} title
 * @property {boolean} writesGoOn Whether writes must be acknowledged all the time.
 * @property {(cluster: import('./cluster.mjs').Cluster, random: () => number) => Promise<void>} inflict
 */

/** Down for a while, in milliseconds. */
const outage = (random) => sleep(500 + random() * 1500);

/** Who has the leases of most partitions is not known from outside: all relays are met. */
const relays = ({ commandService, otherCommandService }) => [commandService, otherCommandService];

const primaryOf = async ({ nodes }) => {
  for (;;) {
    for (const node of nodes) if (await node.isPrimary()) return node;
    await sleep(50);
  }
};

/** @type {readonly Fault[]} */
export const FAULTS = [
  {
    name: 'broker',
    title: 'the broker is killed',
    writesGoOn: true,
    async inflict({ broker }, random) {
      await broker.kill();
      await outage(random);
      await broker.start();
    },
  },
  {
    name: 'produce-answers',
    title: 'answers to produce requests are lost',
    writesGoOn: true,
    async inflict({ proxy }, random) {
      const before = proxy.lost;
      proxy.loseAnswers(() => random() < 0.5);
      const deadline = performance.now() + 10_000;
      while (proxy.lost < before + 5 && performance.now() < deadline) await sleep(50);
      proxy.loseAnswers(() => false);
      if (proxy.lost === before) throw new Error('no answer was lost: nothing was published');
    },
  },
  {
    name: 'mongo-primary',
    title: 'the primary is killed with writes that no other node has, which are rolled back',
    writesGoOn: false,
    async inflict(cluster) {
      const primary = await primaryOf(cluster);
      const others = cluster.nodes.filter((node) => node !== primary);
      for (const node of others) node.pause();
      // Appends reach the primary now, and cannot be acknowledged.
      await sleep(500);
      await primary.kill();
      for (const node of others) node.resume();
      await sleep(1500);
      await primary.start();
    },
  },
  {
    name: 'mongo',
    title: 'all of MongoDB is killed',
    writesGoOn: false,
    async inflict({ nodes }, random) {
      await Promise.all(nodes.map((node) => node.kill()));
      await outage(random);
      await Promise.all(nodes.map((node) => node.start()));
    },
  },
  {
    name: 'command-service',
    title: 'command-services are killed between append and publish',
    writesGoOn: false,
    async inflict(cluster, random) {
      const release = cluster.proxy.holdProduce();
      try {
        // What is appended now is not published.
        await sleep(300 + random() * 300);
        await Promise.all(relays(cluster).map((relay) => relay.kill()));
      } finally {
        release();
      }
      await Promise.all(relays(cluster).map((relay) => relay.start()));
    },
  },
  {
    name: 'relay-asleep',
    title: 'a relay sleeps past its lease, and wakes',
    writesGoOn: false,
    async inflict(cluster, random) {
      const relay = relays(cluster)[Math.floor(random() * 2)];
      relay.pause();
      // Longer than the lease: the other one takes its partitions.
      await sleep(5000);
      relay.resume();
    },
  },
  {
    name: 'projector',
    title: 'a projector is killed in mid-batch',
    writesGoOn: true,
    async inflict({ projectors }, random) {
      const projector = projectors[Math.floor(random() * projectors.length)];
      await projector.kill();
      await outage(random);
      await projector.start();
    },
  },
  {
    name: 'projector-asleep',
    title: 'a projector sleeps past its session, and wakes',
    writesGoOn: true,
    async inflict({ projectors }, random) {
      const projector = projectors[Math.floor(random() * projectors.length)];
      projector.pause();
      await sleep(SESSION_MS + 2500);
      projector.resume();
    },
  },
  {
    name: 'gateway',
    title: 'the gateway is killed, with clients that follow events',
    writesGoOn: false,
    async inflict({ gateway }, random) {
      await gateway.kill();
      await outage(random);
      await gateway.start();
    },
  },
  {
    name: 'broker-down',
    title: 'the broker is down for 30 s',
    writesGoOn: true,
    async inflict({ broker }) {
      await broker.kill();
      await sleep(30_000);
      await broker.start();
    },
  },
];
