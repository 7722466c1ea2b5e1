/** Where the service answers a recorded request otherwise than the reference did, and why. */
export interface Difference {
  /** Status, and `@type` of a refusal. */
  readonly ours: string;
  readonly because: string;
}

export const differences: ReadonlyMap<string, Difference> = new Map([]);
