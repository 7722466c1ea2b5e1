import { KAFKA_START_FAULTS } from '@headwater/kafka';
import { MONGO_START_FAULTS } from '@headwater/mongo';
import { startFailureWithMongo } from '@headwater/platform';

export const startFailure = startFailureWithMongo([...MONGO_START_FAULTS, ...KAFKA_START_FAULTS]);
