export { bodyOf, requireJsonBody } from './bodies.js';
export { causeOf } from './cause.js';
export { HeadwaterConfig, InvalidConfiguration, LOG_LEVELS, addressOf, type LogLevel } from './config.js';
export { checkLabel, projectRef } from './labels.js';
export { PositionWaiter, type AdvanceSource } from './position-waiter.js';
export { MAX_REVISION, QueryParams, optionalRev, requiredRev, type IntegerBounds, type ParsedQuery } from './query-params.js';
export { JSON_TYPE, LD_JSON, PROBLEM_JSON, sendEmpty, sendJson, type ReplyOptions } from './replies.js';
export { settingsOf, type Setting } from './setting.js';
export {
  DIRECTORY_LOOKUP,
  DIRECTORY_READER,
  DOCUMENT_READER,
  EVENT_STORE,
  FEED_READER,
  LINKS_READER,
  PROJECTION_PROGRESS,
  RESOURCES_READER,
  SEALED_TOKENS,
  URLS,
} from './tokens.js';
