import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { at } from '../lib/workspace.mjs';
import { ServerNotReady, ServerProcess, tiedToOurLife, until } from './server-process.mjs';

describe('The process of a server', () => {
  let folder;
  let log;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-process-'));
    log = join(folder, 'log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const node = (text) => new ServerProcess(process.execPath, ['-e', text], { log });
  const forever = 'setInterval(() => {}, 1000)';

  it('ends when it is asked to', async () => {
    const server = node(forever);
    expect(server.running).toBe(true);
    await server.stop();
    expect(server.running).toBe(false);
    expect(await server.ended).toEqual({ code: null, signal: 'SIGTERM' });
  });

  it('is killed where it does not end in time', async () => {
    const stubborn = new ServerProcess(process.execPath, ['-e', `process.on('SIGTERM', () => {}); ${forever}; console.log('up')`], {
      log,
      stopMilliseconds: 100,
    });
    await until('the process', async () => (readFileSync(log, 'utf8').includes('up') ? true : undefined), {
      milliseconds: 10_000,
      process: stubborn,
      log,
    });
    await stubborn.stop();
    expect(await stubborn.ended).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('is told with the end of its output where it ends before it is ready', async () => {
    const server = node(`console.error('no room'); process.exit(3)`);
    const wait = until('Kafka', async () => undefined, { milliseconds: 10_000, process: server, log });
    await expect(wait).rejects.toThrow('Kafka: the process has ended; the end of its output:\nno room');
  });

  it('is waited for a while only, and the last problem is told', async () => {
    const wait = until('MongoDB', () => Promise.reject(new Error('refused')), { milliseconds: 120 });
    await expect(wait).rejects.toThrow(new ServerNotReady('MongoDB', 'not ready within 120 ms (refused)'));
  });

  // Elsewhere the next start ends it: run-folder.spec.mjs.
  const whereTheSystemCan = tiedToOurLife().length > 0 ? it : it.skip;
  whereTheSystemCan('ends with whoever started it, even where that is killed', async () => {
    const module = pathToFileURL(at('scripts', 'servers', 'server-process.mjs')).href;
    const text = `
      const { ServerProcess } = await import(${JSON.stringify(module)});
      const server = new ServerProcess(process.execPath, ['-e', ${JSON.stringify(forever)}], { log: ${JSON.stringify(log)} });
      process.stdout.write(String(server.pid));
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', text], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [printed] = await once(parent.stdout, 'data');
    const pid = Number(String(printed));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until('its end', async () => (isAlive(pid) ? undefined : true), { milliseconds: 10_000 });
  });
});

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
