import { spawn } from 'node:child_process';
import { signalNumbers } from './workspace.mjs';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a service as our child: it has our terminal, gets every signal that we get, as often as we get it, and its exit code becomes ours.
 * npm may put a shell between itself and us, and a signal to npm then ends that shell and not us: losing our parent counts as SIGTERM.
 */
export function supervise(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const forward = (signal) => child.kill(signal);
    for (const signal of forwarded) process.on(signal, forward);

    const parent = process.ppid;
    const underNpm = process.env.npm_lifecycle_event !== undefined && process.platform !== 'win32';
    const watch = setInterval(() => {
      if (!underNpm || process.ppid === parent) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, 500);

    const settle = (finish) => {
      clearInterval(watch);
      for (const signal of forwarded) process.off(signal, forward);
      finish();
    };
    child.once('error', (error) => settle(() => reject(error)));
    child.once('exit', (code, signal) => settle(() => resolve(code ?? 128 + (signalNumbers[signal] ?? 0))));
  });
}
