#!/usr/bin/env node
// A consumer of Headwater's events that knows nothing but the published schemas. It prints each event once, in the order of its stream.
//
//   node example-consumer.mjs BROKERS GROUP TOPIC...
//
// needs kafkajs and ajv. A real one keeps `applied` in its database, in the same transaction as what it makes of an event.

import { readFileSync, readdirSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import kafkajs from 'kafkajs';

const schemas = new URL('./schemas/', import.meta.url);
const ajv = new Ajv2020();
for (const file of readdirSync(schemas)) ajv.addSchema(JSON.parse(readFileSync(new URL(file, schemas), 'utf8')));

/** By stream, the revision and the id of the last event that was applied. */
const applied = new Map();

function check(schemaId, value) {
  const validate = ajv.getSchema(schemaId);
  if (!validate) throw new Error(`There is no schema ${schemaId}: the event comes from a newer release. Upgrade this consumer.`);
  if (!validate(value)) throw new Error(`Not valid by ${schemaId}: ${ajv.errorsText(validate.errors)}`);
}

/** @returns whether the event is to be applied; a repetition is not. */
function isNext({ stream, revision, id }) {
  const last = applied.get(stream) ?? { revision: 0 };
  if (revision === last.revision + 1) return true;
  if (revision > last.revision) throw new Error(`Gap: ${stream} goes on at ${revision} after ${last.revision}.`);
  if (revision === last.revision && id !== last.id) throw new Error(`Fork: revision ${revision} of ${stream} is ${last.id} and ${id}.`);
  return false;
}

async function take({ key, value, headers }) {
  const told = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, text.toString()]));
  check('urn:headwater:event-headers.v1', told);
  const event = JSON.parse(value.toString());
  check(told.ce_dataschema, event);
  if (event.stream !== key.toString()) throw new Error(`The key ${key} is not the stream ${event.stream}.`);
  if (!isNext(event)) return;
  console.log(JSON.stringify({ type: told.ce_type, stream: event.stream, revision: event.revision, data: event.data }));
  applied.set(event.stream, { revision: event.revision, id: event.id });
}

const [brokers, groupId, ...topics] = process.argv.slice(2);
const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), clientId: groupId, logLevel: kafkajs.logLevel.NOTHING });
const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 250, retry: { retries: 0, restartOnFailure: async () => false } });

async function stop(code) {
  process.exitCode = code;
  await consumer.disconnect();
}

process.once('SIGTERM', () => void stop(0));
// An error in `take` commits nothing: after an upgrade, the consumer begins with the event that stopped it.
consumer.on(consumer.events.CRASH, ({ payload }) => {
  console.error(payload.error.message);
  void stop(1);
});

await consumer.connect();
await consumer.subscribe({ topics, fromBeginning: true });
await consumer.run({ eachMessage: ({ message }) => take(message) });
