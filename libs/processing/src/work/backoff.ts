export interface PauseBounds {
  readonly min: number;
  readonly max: number;
}

/** How long to wait after so many failures in a row, in milliseconds: twice as long each time, spread so that not everybody comes back at once. */
export function pauseAfter(failures: number, { min, max }: PauseBounds): number {
  const longest = Math.min(max, min * 2 ** Math.min(failures - 1, 30));
  return longest * (0.5 + Math.random() / 2);
}
