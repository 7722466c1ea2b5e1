import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventCodec, logPartitionFor, type HeadwaterEventType } from '@headwater/event-contracts';
import { goldenEvent } from '@headwater/event-contracts/testing';
import { eventId, revision, type LogRecord } from '@headwater/event-sourcing';
import { TEST_PREFIX, testBrokers, testLog, type TestLog } from './testing/test-kafka.js';
import { until } from './testing/until.js';
import { namesIn, topicNames } from './topic-names.js';

const EVENTS = new URL('../../../../docs/events/', import.meta.url);
const JOINED_MILLISECONDS = 60_000;

/** Every kind of event once, each stream's in order. */
function everyEvent(): readonly LogRecord[] {
  const types = readdirSync(new URL('schemas/', EVENTS))
    .filter((file) => !file.startsWith('headers.'))
    .map((file) => file.split('.')[0] as HeadwaterEventType);
  return types
    .map((type) => goldenEvent(type))
    .map((event) => ({ stream: event.stream, revision: event.revision, event: eventCodec.encode(event) }))
    .sort((a, b) => (a.stream === b.stream ? a.revision - b.revision : a.stream < b.stream ? -1 : 1));
}

/** The consumer that is published, run as anybody would. */
class ExampleConsumer {
  readonly #process: ChildProcess;
  readonly printed: { readonly type: string; readonly stream: string; readonly revision: number }[] = [];
  readonly complaint: Promise<string>;

  constructor(group: string, topics: readonly string[]) {
    const file = new URL('example-consumer.mjs', EVENTS).pathname;
    const child = spawn(process.execPath, [file, testBrokers().join(','), group, ...topics], { stdio: ['ignore', 'pipe', 'pipe'] });
    createInterface({ input: child.stdout }).on('line', (line) => this.printed.push(JSON.parse(line) as (typeof this.printed)[number]));
    this.complaint = text(child.stderr);
    this.#process = child;
  }

  get exitCode(): number | null {
    return this.#process.exitCode;
  }

  /** Its exit code. */
  async stop(): Promise<number | null> {
    if (this.#process.exitCode !== null) return this.#process.exitCode;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
    return this.exitCode;
  }
}

describe('A consumer that knows nothing but the published schemas', () => {
  let subject: TestLog;
  let consumer: ExampleConsumer;

  beforeEach(async () => {
    subject = await testLog();
    consumer = new ExampleConsumer(`example-${subject.epoch}`, namesIn(topicNames(TEST_PREFIX, subject.epoch)));
  });
  afterEach(async () => {
    await consumer.stop();
    await subject.close();
  });

  const publish = async (records: readonly LogRecord[]): Promise<void> => {
    for (const record of records) await subject.log.publish(logPartitionFor(record.stream, 2), [record]);
  };
  const namesOf = (records: readonly LogRecord[]): readonly string[] =>
    records.map(({ stream, revision: at }) => `${stream}@${String(at)}`).sort();
  const printed = (): readonly string[] => consumer.printed.map(({ stream, revision: at }) => `${stream}@${String(at)}`);
  /** The event, as another one of the same stream. */
  const changed = (record: LogRecord, head: object, at: number = record.revision): LogRecord => ({
    ...record,
    revision: revision(at),
    event: {
      ...record.event,
      id: eventId(`${String(at)}-another`),
      head: JSON.stringify({ ...(JSON.parse(record.event.head) as object), ...head }),
    },
  });
  const last = (records: readonly LogRecord[]): LogRecord => {
    const found = records.at(-1);
    if (found === undefined) throw new Error('There are events.');
    return found;
  };

  it('finds every event valid, and takes each once, however often it is there', async () => {
    const events = everyEvent();
    await publish(events);
    await publish(events.slice(3, 9));
    await publish(events);
    const ending = changed(last(events), {}, last(events).revision + 1);
    await publish([ending]);
    await until('everything is printed', () => consumer.printed.length > events.length || consumer.exitCode !== null, JOINED_MILLISECONDS);
    expect(await consumer.stop()).toBe(0);
    expect([...printed()].sort()).toEqual([...namesOf([...events, ending])].sort());
    for (const stream of new Set(events.map((event) => event.stream))) {
      const revisions = consumer.printed.filter((event) => event.stream === stream).map((event) => event.revision);
      expect(revisions).toEqual(revisions.map((_, index) => index + 1));
    }
    expect(new Set(consumer.printed.map(({ type }) => type)).size).toBe(events.length);
  });

  it.each([
    ['an event of a later release', { type: 'OrganizationPainted' }, 1, /no schema urn:headwater:event:OrganizationPainted\.v1.* Upgrade/],
    ['a later version', { version: 2 }, 1, /no schema urn:headwater:event:\w+\.v2.* Upgrade/],
    ['a gap', {}, 2, /Gap: .* goes on at \d+ after \d+/],
    ['a fork', {}, 0, /Fork: revision \d+ of /],
    ['an event that lacks a member', { actor: undefined }, 1, /must have required property 'actor'/],
  ])('stops at %s, and says why', async (_, head, after, complaint) => {
    const events = everyEvent().filter(({ stream }) => stream === 'org/farm');
    await publish(events);
    await publish([changed(last(events), head, last(events).revision + after)]);
    await until('it has stopped', () => consumer.exitCode !== null, JOINED_MILLISECONDS);
    expect(consumer.exitCode).toBe(1);
    expect(await consumer.complaint).toMatch(complaint);
    expect(printed()).toEqual(namesOf(events));
  });
});
