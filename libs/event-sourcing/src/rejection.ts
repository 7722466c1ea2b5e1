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
