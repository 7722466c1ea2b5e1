import { clientLog } from './client-log.js';

function logged() {
  const lines: string[] = [];
  const to = (level: string) => (_details: object, message: string) => lines.push(`${level} ${message}`);
  const clock = { now: 0 };
  const logger = { debug: to('debug'), info: to('info'), warn: to('warn') };
  const tell = clientLog(logger as unknown as Parameters<typeof clientLog>[0], () => clock.now);
  const say = (message: string): void => tell({ level: 'warn', message, details: {} });
  return { lines, clock, say };
}

describe('What a client says again and again', () => {
  it('is told once a minute', () => {
    const { lines, clock, say } = logged();
    say('refused');
    say('refused');
    say('lost');
    clock.now = 59_999;
    say('refused');
    clock.now = 60_000;
    say('refused');
    expect(lines).toEqual(['warn refused', 'debug refused', 'warn lost', 'debug refused', 'warn refused']);
  });

  it('is remembered within bounds', () => {
    const { lines, say } = logged();
    for (let at = 0; at <= 100; at += 1) say(`message ${String(at)}`);
    say('message 0');
    say('message 100');
    expect(lines.slice(-2)).toEqual(['warn message 0', 'debug message 100']);
  });
});
