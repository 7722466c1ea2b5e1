/**
 * How the way to another service failed: `unreachable` before anything of the request was sent; `lost` after that, and `late` without an
 * answer in time, when nobody here knows what became of it.
 */
export type UpstreamTrouble = 'late' | 'lost' | 'unreachable';

/** A write could not be handed on to the service that takes writes, or its answer did not come back. */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure';
  constructor(
    readonly trouble: UpstreamTrouble,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
