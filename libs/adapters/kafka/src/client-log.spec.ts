import { describe, expect, it } from '@jest/globals';
import kafkajs, { type LogEntry } from 'kafkajs';
import { logTo, type KafkaLogEvent } from './client-log.js';

const { ERROR, WARN, INFO } = kafkajs.logLevel;

function told(level: LogEntry['level'], message: string, extra: object = {}): KafkaLogEvent {
  const events: KafkaLogEvent[] = [];
  logTo((event) => void events.push(event))(INFO)({
    namespace: 'Connection',
    level,
    label: 'LABEL',
    log: { timestamp: '2026-01-01T00:00:00.000Z', message, ...extra },
  });
  const [event] = events;
  if (event === undefined || events.length > 1) throw new Error('It is told once.');
  return event;
}

describe('What the Kafka client logs', () => {
  it('is a warning at most: what fails is thrown', () => {
    expect(told(ERROR, 'Connection error: connect ECONNREFUSED').level).toBe('warn');
    expect(told(WARN, 'Response without match').level).toBe('info');
    expect(told(INFO, 'Consumer has joined the group').level).toBe('debug');
  });

  it.each([
    ['The group is rebalancing, re-joining', {}],
    ['The coordinator is not aware of this member, re-joining the group', {}],
    ['Response Heartbeat(key: 12, version: 3)', { error: 'The group is rebalancing, so a rejoin is needed' }],
  ])('is no news where a group changes: %s', (message, extra) => expect(told(ERROR, message, extra).level).toBe('info'));

  it('says where and how often, and nothing that was sent or set', () => {
    const { message, details } = told(ERROR, 'Failed', {
      broker: 'b:1',
      retryCount: 2,
      data: { value: 'secret' },
      sasl: 'secret',
      payload: 'secret',
    });
    expect({ message, details }).toEqual({ message: 'Connection: Failed', details: { broker: 'b:1', retryCount: 2 } });
  });

  it('goes nowhere, where nobody listens', () =>
    expect(() => logTo(undefined)(INFO)({ namespace: '', level: ERROR, label: '', log: { timestamp: '', message: '' } })).not.toThrow());
});
