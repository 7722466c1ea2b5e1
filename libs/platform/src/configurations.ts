/*
 * The configurations of all programs. Each knows the names of every other's settings by being loaded together with them: they share one
 * environment. Apart from `index.ts`, so that a service can read its configuration before it loads anything else.
 */
export { HeadwaterConfig, InvalidConfiguration, LOG_LEVELS, addressOf, type LogLevel } from './config.js';
export { CommandServiceConfig } from './config/command-service.config.js';
export { DistributedConfig } from './config/distributed.config.js';
export { EmbeddedConfig } from './config/embedded.config.js';
export { GatewayConfig } from './config/gateway.config.js';
export { KafkaConfig, type SaslMechanism } from './config/kafka.config.js';
export { ProjectorConfig } from './config/projector.config.js';
export { TopicsConfig } from './config/topics.config.js';
