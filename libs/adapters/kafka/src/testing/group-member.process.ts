import { epoch } from '@headwater/event-sourcing';
import { KafkaGroup } from '../kafka-group.js';
import { TEST_PREFIX, testConnection } from './test-kafka.js';

// A member of a group in a process of its own, so that a test can stop or kill it. It sends its partitions whenever they change.

const [name = '', names = ''] = process.argv.slice(2);
const group = KafkaGroup.join({ connection: testConnection(), prefix: TEST_PREFIX, epoch: epoch(name), names: names.split(',') });
const tell = (): void => void process.send?.([...group.assigned]);
group.onAssigned(tell);
process.on('message', () => void group.leave().then(() => process.disconnect()));
