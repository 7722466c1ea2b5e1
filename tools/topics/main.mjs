/** npm run topics: makes what the services need. Exits with 0 where it is there now, 1 where it could not be made, 2 where it was refused. */
import { StoreUnavailable } from '@headwater/event-sourcing';
import { KafkaRefused, KafkaUnavailable, TopicsUnfit } from '@headwater/kafka';
import { DatabaseTooNew, DatabaseUnusable, ImportUnfinished, MongoRefused, PartitionsOnlyGrow } from '@headwater/mongo';
import { InvalidConfiguration, TopicsConfig } from '@headwater/platform/config';
import { UsageError, partitionsIn } from './arguments.mjs';
import { prepare } from './prepare.mjs';

const usage = `npm run topics                         makes collections, indexes and topics that are missing; may be run again
npm run topics -- --partitions N       and adds partitions, so that each topic has N; streams that exist keep theirs`;

const refused = [DatabaseTooNew, DatabaseUnusable, ImportUnfinished, InvalidConfiguration, PartitionsOnlyGrow, TopicsUnfit];
const failed = [KafkaRefused, KafkaUnavailable, MongoRefused, StoreUnavailable];

process.title = 'headwater topics';
process.exitCode = await main();

async function main() {
  try {
    await prepare(TopicsConfig.read(process.env), partitionsIn(process.argv.slice(2)), (line) => console.log(line));
    return 0;
  } catch (error) {
    if (error instanceof UsageError) return says(`${error.message}\n\n${usage}`, 2);
    if (refused.some((one) => error instanceof one)) return says(error.message, 2);
    if (failed.some((one) => error instanceof one)) return says(error.message, 1);
    throw error;
  }
}

function says(message, code) {
  console.error(message);
  return code;
}
