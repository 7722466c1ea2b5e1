const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Tells each time that we are asked to stop. npm may put a shell between itself and us, and a signal to npm then ends that shell and not us:
 * losing our parent counts as SIGTERM.
 * @param {(signal: NodeJS.Signals) => void} listener
 * @returns {() => void} ends the telling
 */
export function onStopAsked(listener) {
  for (const signal of signals) process.on(signal, listener);
  const parent = process.ppid;
  const underNpm = process.env.npm_lifecycle_event !== undefined && process.platform !== 'win32';
  const watch = setInterval(() => {
    if (!underNpm || process.ppid === parent) return;
    clearInterval(watch);
    listener('SIGTERM');
  }, 500).unref();
  return () => {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, listener);
  };
}

/** @returns {Promise<NodeJS.Signals>} once we are asked to stop */
export function untilStopIsAsked() {
  return new Promise((resolve) => {
    // Listening alone keeps no process alive.
    const alive = setInterval(() => {}, 60_000);
    const off = onStopAsked((signal) => {
      off();
      clearInterval(alive);
      resolve(signal);
    });
  });
}
