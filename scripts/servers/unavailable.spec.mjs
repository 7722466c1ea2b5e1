import { firstPossible, NotPossible, ServersUnavailable } from './unavailable.mjs';

const impossible = (source, reason) => ({ source, start: () => Promise.reject(new NotPossible(reason)) });

describe('The sources of a server', () => {
  it('are tried in their order, none after the first that has one', async () => {
    const tried = [];
    const source = (name, start) => ({ source: name, start: () => (tried.push(name), start()) });
    const none = () => Promise.reject(new NotPossible('none'));
    const result = await firstPossible([
      source('first', none),
      source('second', () => Promise.resolve('a server')),
      source('third', () => Promise.resolve('another')),
    ]);
    expect(result).toEqual({ found: 'a server' });
    expect(tried).toEqual(['first', 'second']);
  });

  it('are each told with the reason, where none has one', async () => {
    const result = await firstPossible([impossible('here', 'not set'), impossible('there', 'no engine')]);
    expect(result).toEqual({
      reasons: [
        { source: 'here', reason: 'not set' },
        { source: 'there', reason: 'no engine' },
      ],
    });
  });

  it('are not passed over where a server that could be had does not come up', async () => {
    const broken = { source: 'here', start: () => Promise.reject(new Error('it ended')) };
    await expect(firstPossible([broken, { source: 'there', start: () => Promise.resolve('a server') }])).rejects.toThrow('it ended');
  });

  it('make one message of all that is missing', () => {
    const { message } = new ServersUnavailable([
      { server: 'Kafka', reasons: [{ source: 'here', reason: 'not set' }] },
      {
        server: 'MongoDB',
        reasons: [
          { source: 'here', reason: 'not set' },
          { source: 'there', reason: 'no engine' },
        ],
      },
    ]);
    expect(message).toBe(
      'no Kafka to be had here:\n  - here: not set\nno MongoDB to be had here:\n  - here: not set\n  - there: no engine',
    );
  });
});
