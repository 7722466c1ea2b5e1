/** What befalls one call of an in-memory adapter. */
type Fault =
  | { readonly kind: 'lose' }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'wait'; readonly until: Promise<void>; readonly reached: () => void };

/** A call that was stopped before it did anything: a reader or relay that sleeps, to go on later with what it knew (a zombie). */
export interface Pause {
  /** Fulfilled once a call has run into the pause. */
  readonly reached: Promise<void>;
  /** Lets the call go on. */
  resume(): void;
}

/** An answer that did not arrive although the call was carried out. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost';
}

/**
 * What goes wrong, on command, with the calls of an in-memory adapter. Each command takes effect on the operation's next call that has none
 * yet, once.
 */
export class Faults<Operation extends string> {
  readonly #pending = new Map<Operation, Fault[]>();

  /** The call is carried out, but its answer is lost. */
  loseAnswer(operation: Operation): void {
    this.#add(operation, { kind: 'lose' });
  }

  /** The call is not carried out. */
  refuse(operation: Operation): void {
    this.#add(operation, { kind: 'refuse' });
  }

  /** The call is carried out twice. */
  repeat(operation: Operation): void {
    this.#add(operation, { kind: 'repeat' });
  }

  /** The call stops before anything is carried out, until it is told to go on. */
  pause(operation: Operation): Pause {
    const reached = Promise.withResolvers<undefined>();
    const resumed = Promise.withResolvers<undefined>();
    this.#add(operation, { kind: 'wait', until: resumed.promise, reached: () => reached.resolve(undefined) });
    return { reached: reached.promise, resume: () => resumed.resolve(undefined) };
  }

  /** The call is carried out some milliseconds later than it was made. */
  delay(operation: Operation, milliseconds: number): void {
    const until = new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
    this.#add(operation, { kind: 'wait', until, reached: () => undefined });
  }

  /** Nothing goes wrong any more with calls that have not been made yet. */
  clear(): void {
    this.#pending.clear();
  }

  #add(operation: Operation, fault: Fault): void {
    const faults = this.#pending.get(operation);
    if (faults === undefined) this.#pending.set(operation, [fault]);
    else faults.push(fault);
  }

  /**
   * Carries a call out, or does to it what was commanded. `perform` is one synchronous piece of work: what a real adapter does in one
   * transaction.
   *
   * @param refused what a refused call is answered with.
   */
  async around<T>(operation: Operation, perform: () => T, refused: () => Error): Promise<T> {
    // Even the fastest adapter answers later: what a caller does without waiting for it goes first.
    await Promise.resolve();
    const fault = this.#pending.get(operation)?.shift();
    switch (fault?.kind) {
      case 'refuse':
        throw refused();
      case 'lose':
        perform();
        throw new AnswerLost(`The answer to ${operation} was lost.`);
      case 'repeat':
        perform();
        return perform();
      case 'wait':
        fault.reached();
        await fault.until;
        return perform();
      case undefined:
        return perform();
    }
  }
}
