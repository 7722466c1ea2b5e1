import { IntegerSetting, TextSetting } from '../setting.js';
import { DistributedConfig } from './distributed.config.js';

/** Answers reads, and hands writes on. */
export class GatewayConfig extends DistributedConfig {
  @TextSetting({
    name: 'HEADWATER_COMMAND_SERVICE_URL',
    usedBy: ['query-gateway'],
    meaning: 'Where writes are handed on to, without `/v1`.',
    pattern: /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?(?<!\/v1\/?)$/,
    expected: 'an absolute http or https address without query, fragment and /v1',
  })
  readonly commandServiceUrl: string = 'http://127.0.0.1:8081';

  @IntegerSetting({
    name: 'HEADWATER_FORWARD_CONNECTIONS',
    usedBy: ['query-gateway'],
    meaning: 'Most connections to the command-service.',
    min: 1,
    max: 10_000,
  })
  readonly forwardConnections: number = 128;

  @IntegerSetting({
    name: 'HEADWATER_FORWARD_CONNECT_TIMEOUT_MS',
    usedBy: ['query-gateway'],
    meaning: 'How long a connection to the command-service may take; then the write is answered 503.',
    min: 10,
    max: 600_000,
  })
  readonly forwardConnectTimeoutMs: number = 2000;

  @IntegerSetting({
    name: 'HEADWATER_FORWARD_TIMEOUT_MS',
    usedBy: ['query-gateway'],
    meaning: 'How long the command-service may take for an answer; then the write is answered 504.',
    min: 100,
    max: 600_000,
  })
  readonly forwardTimeoutMs: number = 60_000;

  @IntegerSetting({
    name: 'HEADWATER_FEED_POLL_MS',
    usedBy: ['query-gateway'],
    meaning: 'How often the feed is looked at for news, for those who follow it; a third as often where there is none.',
    min: 1,
    max: 10_000,
  })
  readonly feedPollMs: number = 6;
}
