/** A wait that can be cut short. */
export class Pause {
  #end: (() => void) | undefined;
  #cut = false;

  /** Returns after so many milliseconds, or as soon as it is cut short; at once where that was said since the last wait. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.#cut && milliseconds > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#end = undefined;
    this.#cut = false;
  }

  cutShort(): void {
    this.#cut = true;
    this.#end?.();
  }
}
