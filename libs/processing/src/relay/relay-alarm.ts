import type { Notice } from '../notice.js';
import type { RelayState } from './relay-options.js';

/** What is new in the state of the relay since it was last looked at: each change is told once. */
export function noticesOfRelay(before: RelayState, now: RelayState, alarm: number): readonly Notice[] {
  const notices: Notice[] = [];
  for (const [partition, reason] of now.stopped) {
    if (before.stopped.has(partition)) continue;
    const message = 'A partition is not published any more: an older state of the event store was restored under its log.';
    notices.push({ level: 'error', message, details: { partition, reason } });
  }
  if (now.failing !== undefined && before.failing === undefined) {
    const message = 'Events cannot be published, and are tried again. Writes go on; read models stand still.';
    notices.push({ level: 'warn', message, details: { reason: now.failing } });
  } else if (now.failing === undefined && before.failing !== undefined) {
    notices.push({ level: 'info', message: 'Events are published again.', details: {} });
  }
  if (now.outbox >= alarm && before.outbox < alarm) {
    notices.push({ level: 'error', message: 'Many commits wait for the log.', details: { commits: now.outbox } });
  } else if (now.outbox < alarm && before.outbox >= alarm) {
    notices.push({ level: 'info', message: 'Fewer commits wait for the log again.', details: { commits: now.outbox } });
  }
  return notices;
}
