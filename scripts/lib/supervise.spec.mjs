import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { at } from './workspace.mjs';

const service = `
  let asked = 0;
  process.on('SIGTERM', () => { asked += 1; process.stdout.write('asked ' + asked + '\\n'); if (asked === 2) process.exit(7); });
  setInterval(() => {}, 1000);
  process.stdout.write('up\\n');`;
const launcher = `
  const { supervise } = await import(${JSON.stringify(pathToFileURL(at('scripts', 'lib', 'supervise.mjs')).href)});
  process.exitCode = await supervise(process.execPath, ['-e', process.argv[1]]);`;

const launch = (text, via = []) => {
  const [command, ...args] = [...via, process.execPath, '--input-type=module', '-e', launcher, '--', text];
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, npm_lifecycle_event: 'start' } });
};
const outputOf = (child) => {
  let seen = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (seen += chunk));
  return {
    text: () => seen,
    until: async (wanted) => {
      while (!seen.includes(wanted)) await once(child.stdout, 'data');
    },
  };
};

describe('A launcher and its service', () => {
  it('pass the exit code on', async () => {
    const child = launch('process.exit(3)');
    expect(await once(child, 'exit')).toEqual([3, null]);
  });

  it('pass every signal on, also the second', async () => {
    const child = launch(service);
    const output = outputOf(child);
    await output.until('up');
    child.kill('SIGTERM');
    await output.until('asked 1');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([7, null]);
    expect(output.text()).toBe('up\nasked 1\nasked 2\n');
  });

  it('say how the service was killed', async () => {
    const child = launch(`process.kill(process.pid, 'SIGKILL')`);
    expect(await once(child, 'exit')).toEqual([137, null]);
  });

  it('stop when the shell between npm and the launcher is ended', async () => {
    const obedient = `process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000); process.stdout.write('up\\n');`;
    // The trailing command keeps the shell from turning into the launcher, as it would for its last one.
    const shell = launch(obedient, ['sh', '-c', '"$@"; true', 'sh']);
    await outputOf(shell).until('up');
    shell.kill('SIGTERM');
    // Launcher and service hold the other end of this pipe: it closes when both have ended.
    await once(shell.stdout, 'close');
  });
});
