import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BEFORE_FIRST, offset, partition, type Partition } from '@headwater/event-sourcing';
import { clientOf } from './kafka-connection.js';
import { KafkaGroup, groupId, type KafkaGroupOptions } from './kafka-group.js';
import { DEFAULT_TOPIC_SETTINGS } from './topic-settings.js';
import { records } from './testing/log-records.js';
import { TEST_PREFIX, testConnection, testLog, type TestLog } from './testing/test-kafka.js';
import { until } from './testing/until.js';
import { topicNames } from './topic-names.js';

const NAMES = ['links', 'feed'];
const ALL = [0, 1, 2, 3];
/** What the issue allows for a partition to find its next member. */
const MOVED_MILLISECONDS = 10_000;

const moved = (what: string, holds: () => boolean): Promise<void> => until(what, holds, MOVED_MILLISECONDS);

/** A member in a process of its own. */
class ChildMember {
  readonly #process: ChildProcess;
  /** What it had, one after the other. */
  readonly history: (readonly Partition[])[] = [];

  constructor(epoch: string) {
    this.#process = fork(new URL('./testing/group-member.process.js', import.meta.url), [epoch, NAMES.join(',')], { stdio: 'inherit' });
    this.#process.on('message', (assigned) => this.history.push(assigned as readonly Partition[]));
  }

  get assigned(): readonly Partition[] {
    return this.history.at(-1) ?? [];
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}

describe('A group that shares the partitions of a log', () => {
  let subject: TestLog;
  let members: KafkaGroup[];
  let children: ChildMember[];

  beforeEach(async () => {
    subject = await testLog();
    members = [];
    children = [];
  });
  afterEach(async () => {
    await Promise.all(children.map((child) => child.kill()));
    await Promise.all(members.map((member) => member.leave()));
    await subject.close();
  });

  const join = (more: Partial<KafkaGroupOptions> = {}): KafkaGroup => {
    const member = KafkaGroup.join({ connection: testConnection(), prefix: TEST_PREFIX, epoch: subject.epoch, names: NAMES, ...more });
    members.push(member);
    return member;
  };
  const fork = (): ChildMember => {
    const child = new ChildMember(subject.epoch);
    children.push(child);
    return child;
  };
  const sorted = (...groups: readonly { readonly assigned: readonly Partition[] }[]): readonly number[] =>
    groups.flatMap(({ assigned }) => assigned).sort((a, b) => a - b);
  const share = (...groups: readonly { readonly assigned: readonly Partition[] }[]): boolean =>
    groups.every(({ assigned }) => assigned.length > 0) && JSON.stringify(sorted(...groups)) === JSON.stringify(ALL);

  it('gives all to the only one, shares with a second, and gives back what that one had', async () => {
    const first = join();
    expect(first.assigned).toEqual([]);
    const changes: (readonly Partition[])[] = [];
    first.onAssigned(() => changes.push(first.assigned));
    await moved('the first has all', () => share(first));
    const second = join({ names: [...NAMES].reverse() });
    await moved('both share', () => share(first, second));
    expect(first.assigned).toHaveLength(2);
    await second.leave();
    expect(second.assigned).toEqual([]);
    await moved('the first has all again', () => share(first));
    expect(changes.map((assigned) => assigned.length)).toEqual([4, 2, 4]);
  });

  it('keeps its members apart from those who do something else', async () => {
    const [links, feed] = [join({ names: ['links'] }), join({ names: ['feed'] })];
    await moved('each has all', () => share(links) && share(feed));
  });

  it('gives the partitions of one that is killed to the other', async () => {
    const child = fork();
    const survivor = join();
    await moved('both share', () => share(child, survivor));
    await child.kill();
    await moved('the survivor has all', () => share(survivor));
  });

  it('tells one that was asleep past its session that it lost them, and takes it back', async () => {
    const child = fork();
    const other = join();
    await moved('both share', () => share(child, other));
    child.signal('SIGSTOP');
    await moved('the other has all', () => share(other));
    const before = child.history.length;
    child.signal('SIGCONT');
    await moved('it has learnt that they are lost', () => child.history.length > before);
    expect(child.history[before]).toEqual([]);
    await moved('both share again', () => share(child, other));
  });

  it('keeps its members while they have nothing to do, and fetches nothing for them', async () => {
    const sockets: { readonly bytesRead: number }[] = [];
    const member = join({
      connection: testConnection({
        socketFactory: ({ host, port, onConnect }) => {
          const socket = connect({ host, port }, onConnect);
          sockets.push(socket);
          return socket;
        },
      }),
    });
    await moved('it has all', () => share(member));
    let changes = 0;
    member.onAssigned(() => (changes += 1));
    for (const at of ALL) await subject.log.publish(partition(at), records(20, { characters: 10_000 }));
    await sleep(9000);
    expect(changes).toBe(0);
    expect(sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0)).toBeLessThan(100_000);
  });

  it('shows how far its members are', async () => {
    const member = join();
    await moved('it has all', () => share(member));
    await member.report(
      new Map([
        [partition(0), offset(41)],
        [partition(3), BEFORE_FIRST],
        [partition(6), offset(1)],
      ]),
    );
    const admin = clientOf(testConnection()).admin();
    await admin.connect();
    try {
      const offsets = await admin.fetchOffsets({ groupId: groupId(TEST_PREFIX, subject.epoch, NAMES) });
      const { entity, directory } = topicNames(TEST_PREFIX, subject.epoch);
      const of = (topic: string, index: number): unknown =>
        offsets.find((one) => one.topic === topic)?.partitions.find((one) => one.partition === index)?.offset;
      expect([of(entity, 0), of(directory, 1)]).toEqual(['42', '0']);
    } finally {
      await admin.disconnect();
    }
  });

  it('shares partitions that are added', async () => {
    const member = join();
    await moved('it has all', () => share(member));
    await subject.topics.prepare({ ...DEFAULT_TOPIC_SETTINGS, partitions: 3 });
    await until('it has the new ones', () => JSON.stringify(sorted(member)) === JSON.stringify([0, 1, 2, 3, 4, 5]));
  });

  it('is left within a bounded time while Kafka is away', async () => {
    const member = join({ connection: testConnection({ brokers: ['127.0.0.1:9'] }) });
    await sleep(300);
    const start = performance.now();
    await member.leave();
    expect(performance.now() - start).toBeLessThan(6000);
    await member.report(new Map([[partition(0), offset(1)]]));
  });
});
