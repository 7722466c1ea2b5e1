/** DI token of `ProjectionsStatus`. */
export const PROJECTIONS_STATUS = Symbol('ProjectionsStatus');

/** Where the served copy of one projection stands. */
export interface ProjectionStanding {
  readonly name: string;
  /** Entries of the log that it has still to apply. */
  readonly lag: number;
  /** Streams of which it could not apply an event. */
  readonly parked: number;
  /** Whether another copy is being built beside it. */
  readonly rebuilding: boolean;
}

export interface ProjectionsState {
  readonly projections: readonly ProjectionStanding[];
  /** Why nothing is applied any more until somebody mends it: a gap, a fork, an event of a later release. */
  readonly stopped?: string;
  /** Why the last try failed; it is tried again. */
  readonly failing?: string;
}

/** How the projections of this process fare, wherever they run. Cheap enough to be asked every second. */
export interface ProjectionsStatus {
  state(): ProjectionsState | Promise<ProjectionsState>;
}
