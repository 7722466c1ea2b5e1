import type { Notice } from './notice.js';
import type { ProjectionsState } from './projections-status.js';

/** What is new in the state of the projections since it was last looked at: each change is told once, not every second. */
export function noticesOf(before: ProjectionsState, now: ProjectionsState): readonly Notice[] {
  const notices: Notice[] = [];
  if (now.stopped !== undefined && now.stopped !== before.stopped) {
    notices.push({ level: 'error', message: 'Projections have stopped: read models no longer move.', details: { reason: now.stopped } });
  } else if (now.stopped === undefined && before.stopped !== undefined) {
    notices.push({ level: 'info', message: 'Projections go on.', details: {} });
  }
  if (now.failing !== undefined && now.failing !== before.failing) {
    notices.push({ level: 'warn', message: 'Projections could not be stored, and are tried again.', details: { reason: now.failing } });
  } else if (now.failing === undefined && before.failing !== undefined) {
    notices.push({ level: 'info', message: 'Projections are stored again.', details: {} });
  }
  const parkedBefore = new Map(before.projections.map(({ name, parked }) => [name, parked]));
  for (const { name, parked } of now.projections) {
    if (parked <= (parkedBefore.get(name) ?? 0)) continue;
    const message = 'A projection could not apply an event: its stream is parked, everything else goes on.';
    notices.push({ level: 'error', message, details: { projection: name, parked } });
  }
  return notices;
}
