export { AdvanceSignal, type AdvanceSource } from './advance-signal.js';
export { bodyOf, requireJsonBody } from './bodies.js';
export { causeOf } from './cause.js';
export { closing, once } from './closing.js';
export { clientLog, type ClientNotice } from './client-log.js';
export {
  CommandServiceConfig,
  DistributedConfig,
  EmbeddedConfig,
  GatewayConfig,
  HeadwaterConfig,
  InvalidConfiguration,
  KafkaConfig,
  LOG_LEVELS,
  ProjectorConfig,
  TopicsConfig,
  addressOf,
  type LogLevel,
  type SaslMechanism,
} from './configurations.js';
export { PROBLEM_STATUS, Problem, type ProblemType } from './errors/problem.js';
export { problemBody, sendRefusal } from './errors/refusal-reply.js';
export { refusalOf, type Refusal } from './errors/refusal.js';
export { UpstreamFailure, type UpstreamTrouble } from './errors/upstream-failure.js';
export { freePort } from './free-port.js';
export { Health, type HealthCheck, type HealthReport, type Readiness } from './health/health.js';
export { createHttpApp, type HttpApp } from './http-app.js';
export { RequestAborted } from './http/request-body.js';
export { checkLabel, projectRef } from './labels.js';
export { LOGGER, createLogger } from './logging.js';
export { Metrics, SIZES, type Readings } from './metrics/metrics.js';
export { FastHistogram, type HistogramSeries } from './metrics/request-histogram.js';
export type { PlatformParts } from './platform.module.js';
export { PositionWaiter } from './position-waiter.js';
export { MAX_REVISION, QueryParams, optionalRev, requiredRev, type IntegerBounds, type ParsedQuery } from './query-params.js';
export { JSON_TYPE, LD_JSON, PROBLEM_JSON, sendEmpty, sendJson, type ReplyOptions } from './replies.js';
export { runService, type RunningService, type ServiceProgram } from './run-service.js';
export { settingsOf, type Program, type Setting } from './setting.js';
export { endAtFaults, stopAtSignals } from './signals.js';
export { startFailureOf, startFailureWithMongo, type StartFailure } from './start-failure.js';
export { StopSignal } from './stop-signal.js';
export {
  DIRECTORY_LOOKUP,
  DIRECTORY_READER,
  DOCUMENT_READER,
  EVENT_STORE,
  FEED_READER,
  LINKS_READER,
  PROJECTION_PROGRESS,
  RDF_WRITER,
  RESOURCES_READER,
  SEALED_TOKENS,
  URLS,
} from './tokens.js';
