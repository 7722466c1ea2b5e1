import { Rejection } from '@headwater/event-sourcing';
import type { OrganizationRejectionCode, ProjectRejectionCode } from '@headwater/directory';
import type { ResourceRejectionCode } from '@headwater/resources';
import type { InvalidDocument } from '@headwater/linked-data';
import { CONTEXT } from './contexts.js';

/** What a request itself can be refused for, whatever it is about (resources.md 2.5). */
export type RequestRejectionCode =
  | 'MissingQueryParam'
  | 'MalformedQueryParamRejection'
  | 'MalformedRequestContentRejection'
  | 'MalformedHeaderRejection'
  | 'RequestEntityExpectedRejection'
  | 'ValidationRejection'
  | 'InvalidRequiredValueForQueryParamRejection'
  | 'InvalidResourceId'
  | 'UnsupportedRequestContentTypeRejection'
  | 'UnacceptedResponseContentTypeRejection'
  | 'HttpMethodNotAllowed'
  | 'PayloadTooLarge'
  | 'EventTooLarge'
  | 'IdempotencyKeyReused'
  | 'InvalidDeleteRequest'
  | 'SchemaIsMandatory'
  | 'ProjectDeletionIsDisabled'
  | 'IndexingFailed'
  | 'PositionNotReached'
  | 'PositionLost'
  | 'ParkedResource'
  | 'ServiceUnavailable'
  | 'BadGateway'
  | 'GatewayTimeout'
  | 'UnexpectedError';

export type RejectionCode =
  RequestRejectionCode | ResourceRejectionCode | OrganizationRejectionCode | ProjectRejectionCode | InvalidDocument['code'];

/** The status of each refusal; a code without one does not compile. */
export const STATUS: Readonly<Record<RejectionCode, number>> = {
  BadGateway: 502,
  BlankId: 400,
  EventTooLarge: 413,
  GatewayTimeout: 504,
  HttpMethodNotAllowed: 405,
  IdempotencyKeyReused: 422,
  IncorrectRev: 409,
  IndexingFailed: 503,
  InvalidDeleteRequest: 400,
  InvalidJsonLdFormat: 400,
  InvalidRequiredValueForQueryParamRejection: 404,
  InvalidResourceId: 400,
  InvalidSchemaRejection: 404,
  MalformedHeaderRejection: 400,
  MalformedQueryParamRejection: 400,
  MalformedRequestContentRejection: 400,
  MissingQueryParam: 400,
  OrganizationAlreadyExists: 409,
  OrganizationIsDeprecated: 400,
  OrganizationIsNotDeprecated: 400,
  OrganizationNotFound: 404,
  ParkedResource: 503,
  PayloadTooLarge: 413,
  PositionLost: 410,
  PositionNotReached: 503,
  ProjectAlreadyExists: 409,
  ProjectDeletionIsDisabled: 400,
  ProjectIsDeprecated: 400,
  ProjectIsNotDeprecated: 400,
  ProjectNotFound: 404,
  RequestEntityExpectedRejection: 400,
  ReservedResourceId: 400,
  ReservedResourceTypes: 400,
  ResourceAlreadyExists: 409,
  ResourceIsDeprecated: 400,
  ResourceIsNotDeprecated: 400,
  ResourceNotFound: 404,
  RevisionNotFound: 404,
  SchemaIsMandatory: 400,
  ServiceUnavailable: 503,
  TagNotFound: 404,
  TooManyTags: 400,
  UnacceptedResponseContentTypeRejection: 406,
  UnexpectedError: 500,
  UnexpectedId: 400,
  UnexpectedResourceSchema: 400,
  UnsupportedRequestContentTypeRejection: 415,
  ValidationRejection: 400,
};

/** A refusal with a code that has a status. */
export const rejection = (code: RejectionCode, reason: string, extra?: Readonly<Record<string, unknown>>): Rejection<RejectionCode> =>
  new Rejection(code, reason, extra);

export const missingParameter = (name: string): Rejection<RejectionCode> =>
  rejection('MissingQueryParam', `Request is missing required query parameter '${name}'.`);

export const malformedParameter = (name: string, details: string): Rejection<RejectionCode> =>
  rejection('MalformedQueryParamRejection', `The query parameter '${name}' was malformed.`, { details });

export const malformedHeader = (name: string, details: string): Rejection<RejectionCode> =>
  rejection('MalformedHeaderRejection', `The value of HTTP header '${name}' was malformed.`, { details });

export const malformedContent = (details: string): Rejection<RejectionCode> =>
  rejection('MalformedRequestContentRejection', 'The request content was malformed.', { details });

/** The envelope of section 2.1. */
export const errorBody = (
  code: string,
  reason: string,
  extra: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  '@context': CONTEXT.error,
  '@type': code,
  reason,
  ...extra,
});
