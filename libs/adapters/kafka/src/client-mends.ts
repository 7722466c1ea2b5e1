import type { ISocketFactory } from 'kafkajs';
import Connection from 'kafkajs/src/network/connection.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

let mended = false;

/** Two faults of kafkajs 2.2.4 that nobody will mend there any more: it is no longer maintained, and the version is pinned. */
export function mendClient(): void {
  if (mended) return;
  mended = true;
  restWhereNothingWaits();
  connectOnce();
}

/**
 * Keeps an idle connection idle. The client looks for requests to send after each answer, and where there are none, once more after a time
 * that it computes from a moment in 1970: Node warns of a negative time and takes a millisecond, so each connection polls for ever
 * (kafkajs issue 1751). It only has to look again where requests wait.
 */
function restWhereNothingWaits(): void {
  const { prototype } = RequestQueue;
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleWhereSomethingWaits(this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
}

/**
 * Makes one socket where several requests find a connection closed at once. The client makes one for each of them, and forgets all but the
 * last: they stay open for as long as the broker likes, keep the process from ending, and what happens to them happens to the last.
 */
function connectOnce(): void {
  const { prototype } = Connection;
  const connect = prototype.connect;
  const underWay = new WeakMap<Connection, Promise<boolean>>();
  prototype.connect = function joined(this: Connection): Promise<boolean> {
    const connecting = underWay.get(this) ?? connect.call(this).finally(() => underWay.delete(this));
    underWay.set(this, connecting);
    return connecting;
  };
}

/**
 * Sockets that bear the client's way to close them: it does so again and again where many requests failed on one, and each time adds a
 * listener to a socket that is closed already. Node would warn of a leak; they go with the socket.
 */
export const bearing =
  (make: ISocketFactory): ISocketFactory =>
  (options) =>
    make(options).setMaxListeners(0);
