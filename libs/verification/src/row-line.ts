import type { Row } from '@headwater/event-sourcing';

/** JSON text that does not depend on the order of members. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}

/** A row of a copy as the line that it is compared by: what a replay must give again. */
export const rowLine = ({ stream, revision, eventId, value }: Row<unknown>): string =>
  `row ${stream} ${String(revision)} ${eventId} ${canonical(value)}`;
