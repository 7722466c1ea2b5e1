/** Problem types of the dataset routes that clients tell apart (datasets.md, ruling 22). */
export type ProblemType =
  'full-sync-not-supported' | 'resync-required' | 'invalid-token' | 'invalid-items' | 'dataset-not-found' | 'invalid-parameter';

/** The status of each; a type without one does not compile. */
export const PROBLEM_STATUS: Readonly<Record<ProblemType, number>> = {
  'dataset-not-found': 404,
  'full-sync-not-supported': 400,
  'invalid-items': 400,
  'invalid-parameter': 400,
  'invalid-token': 400,
  'resync-required': 410,
};

/** A refusal that only dataset routes know. Others are thrown as `Rejection`, and told as problems all the same. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly type: ProblemType,
    detail: string,
    /** Further members: `items`, say. */
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
  }
}
