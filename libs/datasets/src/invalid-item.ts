/** What is wrong with one item of a push; the message is the outcome's `error`. */
export class InvalidItem extends Error {
  override readonly name = 'InvalidItem';
}
