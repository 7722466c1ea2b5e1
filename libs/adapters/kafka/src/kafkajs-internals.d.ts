// The parts of kafkajs 2.2.4 that are not its public API and that we use: the version is pinned exactly for their sake.
// docs/adr/0014-kafka-is-read-by-fetch.md says why.

declare module 'kafkajs/src/cluster/index.js' {
  import type { Broker, ISocketFactory, KafkaMessage, Logger, RetryOptions, SASLOptions } from 'kafkajs';
  import type { ConnectionOptions } from 'node:tls';

  export interface FetchedPartition {
    readonly partition: number;
    readonly messages: readonly KafkaMessage[];
  }

  export interface FetchedTopic {
    readonly topicName: string;
    readonly partitions: readonly FetchedPartition[];
  }

  export interface FetchingBroker extends Broker {
    fetch(request: {
      readonly isolationLevel: number;
      /** In milliseconds. */
      readonly maxWaitTime: number;
      readonly minBytes: number;
      readonly maxBytes: number;
      readonly topics: readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string; readonly maxBytes: number }[];
      }[];
      readonly rackId: string;
    }): Promise<{ readonly responses: readonly FetchedTopic[] }>;
  }

  export interface ClusterOptions {
    readonly logger: Logger;
    readonly socketFactory: ISocketFactory;
    readonly brokers: readonly string[];
    readonly ssl?: ConnectionOptions | boolean;
    readonly sasl?: SASLOptions;
    readonly clientId: string;
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly enforceRequestTimeout: boolean;
    readonly metadataMaxAge: number;
    readonly retry: RetryOptions;
    readonly allowAutoTopicCreation: boolean;
    readonly isolationLevel: number;
  }

  export default class Cluster {
    constructor(options: ClusterOptions);
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
    refreshMetadata(): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    findBroker(options: { readonly nodeId: string }): Promise<FetchingBroker>;
    findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
    findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, readonly number[]>>;
    fetchTopicsOffset(
      topics: readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number }[];
        readonly fromBeginning: boolean;
      }[],
    ): Promise<
      readonly { readonly topic: string; readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[]
    >;
  }
}

declare module 'kafkajs/src/network/socketFactory.js' {
  import type { ISocketFactory } from 'kafkajs';
  export default function socketFactory(): ISocketFactory;
}

declare module 'kafkajs/src/network/connection.js' {
  export default class Connection {
    connect: (this: Connection) => Promise<boolean>;
  }
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    /** Milliseconds since 1970; in the past where nothing is throttled. */
    readonly throttledUntil: number;
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
  }
}
