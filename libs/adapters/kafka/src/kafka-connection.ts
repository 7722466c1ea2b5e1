import type { ConnectionOptions } from 'node:tls';
import kafkajs, { type ISocketFactory, type Kafka, type RetryOptions, type SASLOptions } from 'kafkajs';
import defaultSocketFactory from 'kafkajs/src/network/socketFactory.js';
import { logTo, type KafkaObserver } from './client-log.js';
import { bearing, mendClient } from './client-mends.js';

/** How Kafka is reached. What is secret in it comes from the configuration and is never logged. */
export interface KafkaConnection {
  /** `host:port` of the brokers that are asked for the others. */
  readonly brokers: readonly string[];
  /** Names this process to the brokers: in their logs, quotas and lists of group members. */
  readonly clientId: string;
  readonly ssl?: ConnectionOptions | boolean;
  readonly sasl?: SASLOptions;
  /** How long one try to connect, and one request, may take, in milliseconds. */
  readonly connectMilliseconds?: number;
  readonly requestMilliseconds?: number;
  readonly socketFactory?: ISocketFactory;
  readonly observe?: KafkaObserver;
}

export const DEFAULT_CONNECT_MILLISECONDS = 3000;
export const DEFAULT_REQUEST_MILLISECONDS = 10_000;

/** How often a client looks again where the partitions are, in milliseconds: added partitions are known after that. */
export const METADATA_MILLISECONDS = 5000;

/** All of it is said, so that a setting of the environment does not choose other defaults. Tries to reach a broker; requests are tried again by us. */
export const RETRY: Required<Pick<RetryOptions, 'initialRetryTime' | 'maxRetryTime' | 'factor' | 'multiplier' | 'retries'>> = {
  initialRetryTime: 100,
  maxRetryTime: 1000,
  factor: 0.2,
  multiplier: 2,
  retries: 2,
};

/** A connection's settings as kafkajs takes them. */
export const clientConfig = (connection: KafkaConnection) => ({
  brokers: [...connection.brokers],
  clientId: connection.clientId,
  connectionTimeout: connection.connectMilliseconds ?? DEFAULT_CONNECT_MILLISECONDS,
  requestTimeout: connection.requestMilliseconds ?? DEFAULT_REQUEST_MILLISECONDS,
  retry: RETRY,
  ...(connection.ssl === undefined ? {} : { ssl: connection.ssl }),
  ...(connection.sasl === undefined ? {} : { sasl: connection.sasl }),
  socketFactory: bearing(connection.socketFactory ?? defaultSocketFactory()),
});

export function clientOf(connection: KafkaConnection): Kafka {
  mendClient();
  return new kafkajs.Kafka({
    ...clientConfig(connection),
    // Below this the client logs what it received.
    logLevel: kafkajs.logLevel.INFO,
    logCreator: logTo(connection.observe),
  });
}
