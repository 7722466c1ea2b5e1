/**
 * A command or question that cannot be granted as asked; the caller can act on it. `code` is the specification's `@type`
 * (resources.md section 2), the message a sentence that says what and where, `extra` the type's further members.
 */
export class Rejection<Code extends string = string> extends Error {
  override readonly name = 'Rejection';
  constructor(
    readonly code: Code,
    reason: string,
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(reason);
  }
}

/** The revision that a command names is not the newest of what it is for (resources.md 2.2, 2.3). `what` is a word for that: "the resource". */
export const incorrectRev = (what: string, provided: number, expected: number): Rejection<'IncorrectRev'> =>
  new Rejection(
    'IncorrectRev',
    `Incorrect revision '${String(provided)}' provided, expected '${String(expected)}', ${what} may have been updated since last seen.`,
    { provided, expected },
  );
