import type { NoticeLog } from '../notice.js';

/** A log whose lines can be looked at. */
export function recordingLog(): { readonly log: NoticeLog; readonly lines: string[] } {
  const lines: string[] = [];
  const to = (level: string) => (details: object, message: string) => lines.push(`${level} ${message} ${JSON.stringify(details)}`);
  return { log: { info: to('info'), warn: to('warn'), error: to('error') }, lines };
}
