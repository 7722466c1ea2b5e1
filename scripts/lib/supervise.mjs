import { spawn } from 'node:child_process';
import { onStopAsked } from './stop-signals.mjs';
import { signalNumbers } from './workspace.mjs';

/** Runs a service as our child: it has our terminal, gets every signal that we get, as often as we get it, and its exit code becomes ours. */
export function supervise(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const off = onStopAsked((signal) => child.kill(signal));
    const settle = (finish) => {
      off();
      finish();
    };
    child.once('error', (error) => settle(() => reject(error)));
    child.once('exit', (code, signal) => settle(() => resolve(code ?? 128 + (signalNumbers[signal] ?? 0))));
  });
}
