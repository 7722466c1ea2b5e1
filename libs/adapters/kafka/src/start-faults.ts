import { KafkaRefused } from './errors.js';
import { TopicsUnfit } from './topic-mistakes.js';

/** Why a service cannot start on topics, where whoever starts it can mend that. */
export const KAFKA_START_FAULTS = [TopicsUnfit, KafkaRefused] as const;
