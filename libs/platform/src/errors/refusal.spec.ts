import {
  OutcomeUnknown,
  Rejection,
  RevisionConflict,
  StoreOverloaded,
  StoreUnavailable,
  TokenRefused,
  baseAt,
  revision,
  streamName,
} from '@headwater/event-sourcing';
import { InvalidDocument, MalformedJson } from '@headwater/linked-data';
import { PositionLost } from '@headwater/read-models';
import { STATUS, rejection, type RejectionCode } from '@headwater/representations';
import { PROBLEM_STATUS, Problem, type ProblemType } from './problem.js';
import { problemBody } from './refusal-reply.js';
import { refusalOf } from './refusal.js';
import { UpstreamFailure } from './upstream-failure.js';

const stream = streamName('entity/o/p/a');

describe('What an error is answered', () => {
  it.each(Object.keys(STATUS) as readonly RejectionCode[])('gives %s its status, and a time to come back where it is 503', (code) => {
    const { status, headers, fault } = refusalOf(rejection(code, 'Why.', { more: 1 }));
    expect(status).toBe(STATUS[code]);
    expect(headers['retry-after']).toBe(status === 503 ? '1' : undefined);
    expect(fault).toBeUndefined();
  });

  it('takes a code that has no status for a fault', () => {
    expect(refusalOf(new Rejection('toString', 'Oops.'))).toMatchObject({ status: 500, code: 'UnexpectedError' });
  });

  it('keeps what a document is refused for', () => {
    expect(refusalOf(new InvalidDocument({ code: 'BlankId' }))).toMatchObject({ status: 400, code: 'BlankId' });
    expect(refusalOf(new MalformedJson('Syntax', 'Expected a value', 3, '[1,'))).toMatchObject({
      status: 400,
      code: 'MalformedRequestContentRejection',
      extra: { details: 'Expected a value at line 1, column 4 (position 3)' },
    });
  });

  it('says of a store in trouble that nothing was stored, or that it may have been', () => {
    for (const error of [new StoreUnavailable('x'), new StoreOverloaded('x'), new RevisionConflict(stream, baseAt(revision(1)))]) {
      const { status, code, reason, headers, fault } = refusalOf(error);
      expect([status, code, headers['retry-after'], fault]).toEqual([503, 'ServiceUnavailable', '1', error]);
      expect(reason).toContain('Nothing was stored');
    }
    expect(refusalOf(new OutcomeUnknown(stream, [], undefined)).reason).toContain('it may have been');
  });

  it('tells a write that was not sent from one whose answer is missing', () => {
    const answers = (['unreachable', 'lost', 'late'] as const).map((trouble) => refusalOf(new UpstreamFailure(trouble, 'x')));
    expect(answers.map(({ status, code, headers }) => [status, code, headers['retry-after']])).toEqual([
      [503, 'ServiceUnavailable', '1'],
      [502, 'BadGateway', undefined],
      [504, 'GatewayTimeout', undefined],
    ]);
    const [unreachable, ...unknown] = answers;
    expect(unreachable?.reason).toContain('Nothing was stored');
    for (const { reason } of unknown) expect(reason).toContain('it may have been');
  });

  it('says nothing of a fault', () => {
    const fault = new Error('the password is 1234');
    const refusal = refusalOf(fault);
    expect(refusal).toMatchObject({ status: 500, code: 'UnexpectedError', fault });
    expect(JSON.stringify([refusal.reason, refusal.extra])).not.toContain('1234');
    expect(refusalOf('thrown')).toMatchObject({ status: 500 });
  });

  it('begins feeds anew with both words for it', () => {
    expect(refusalOf(new PositionLost('x'))).toMatchObject({
      status: 410,
      problem: 'resync-required',
      headers: { 'icar-full-sync': 'true', 'universal-data-api-fullsync': 'true' },
    });
    expect(refusalOf(new TokenRefused('foreign'))).toMatchObject({ status: 400, problem: 'invalid-token' });
  });

  it.each(Object.keys(PROBLEM_STATUS) as readonly ProblemType[])('tells the problem %s', (type) => {
    const body = problemBody(refusalOf(new Problem(type, 'Why.', { items: [] })), '/datasets/a/changes?since=x');
    expect(body).toMatchObject({
      type: `urn:headwater:problem:${type}`,
      status: PROBLEM_STATUS[type],
      detail: 'Why.',
      instance: '/datasets/a/changes',
      items: [],
    });
  });

  it('tells other refusals as problems too', () => {
    expect(problemBody(refusalOf(rejection('ProjectNotFound', 'No.')), '/datasets/a')).toMatchObject({
      type: 'urn:headwater:problem:dataset-not-found',
      title: 'Dataset not found',
      status: 404,
    });
    expect(problemBody(refusalOf(rejection('MalformedQueryParamRejection', 'No.')), '/datasets/a')).toMatchObject({
      type: 'urn:headwater:problem:malformed-query-param',
      title: 'Malformed query param',
    });
  });
});
