import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

let mended = false;

/**
 * Keeps an idle connection idle. kafkajs 2.2.4 looks for requests to send after each answer, and where there are none, once more after a time
 * that it computes from a moment in 1970: Node warns of a negative time and takes a millisecond, so each connection polls for ever
 * (kafkajs issue 1751). It only has to look again where requests wait.
 */
export function mendRequestQueue(): void {
  if (mended) return;
  mended = true;
  const { prototype } = RequestQueue;
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleWhereSomethingWaits(this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
}
