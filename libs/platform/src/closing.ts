import type { OnApplicationShutdown, Provider } from '@nestjs/common';

/** Ends what requests in progress need until their end. */
class Closer implements OnApplicationShutdown {
  constructor(private readonly close: () => Promise<void>) {}

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}

/** A provider of an application that calls back once its server has stopped. */
export const closing = (close: () => Promise<void>): Provider => ({ provide: Closer, useValue: new Closer(close) });

/** Does something once, however often it is asked for; all who ask wait for its end. */
export function once(end: () => Promise<void>): () => Promise<void> {
  let ending: Promise<void> | undefined;
  return () => (ending ??= end());
}
