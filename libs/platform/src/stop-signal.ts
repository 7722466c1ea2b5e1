/**
 * Tells those who hold requests open that the service is about to stop: streams end cleanly, those who wait stop waiting. Listeners are
 * called at the beginning of the shutdown, before the server stops; what they leave open is cut off later.
 */
export class StopSignal {
  readonly #listeners = new Set<() => void>();
  #stopping = false;

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Calls back once, at once where the service is stopping already; returns what forgets the listener. */
  onStop(listener: () => void): () => void {
    if (this.#stopping) {
      listener();
      return () => undefined;
    }
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
