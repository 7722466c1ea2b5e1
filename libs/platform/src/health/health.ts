/** What a part of the service says of itself; `reason` where it is not able to be right. */
export type HealthReport = { readonly status: 'up' } | { readonly status: 'down'; readonly reason: string };

export type HealthCheck = () => HealthReport | Promise<HealthReport>;

export interface Readiness {
  readonly status: 'up' | 'down';
  readonly checks: Readonly<Record<string, HealthReport>>;
}

const CHECK_TIMEOUT_MS = 2000;

/** Whether the service is able to be right: every part that a request may need registers a check. Lag is a metric, not readiness. */
export class Health {
  readonly #checks = new Map<string, HealthCheck>();
  #stopping = false;

  register(name: string, check: HealthCheck): void {
    this.#checks.set(name, check);
  }

  /** From now on not ready, so that nobody sends more. */
  stopping(): void {
    this.#stopping = true;
  }

  async readiness(): Promise<Readiness> {
    const checks: Record<string, HealthReport> = {};
    if (this.#stopping) checks['process'] = { status: 'down', reason: 'The service is stopping.' };
    await Promise.all(
      [...this.#checks].map(async ([name, check]) => {
        checks[name] = await answered(check);
      }),
    );
    return { status: Object.values(checks).every(({ status }) => status === 'up') ? 'up' : 'down', checks };
  }
}

async function answered(check: HealthCheck): Promise<HealthReport> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HealthReport>((resolve) => {
    timer = setTimeout(
      () => resolve({ status: 'down', reason: `It did not answer within ${String(CHECK_TIMEOUT_MS)} ms.` }),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch (error) {
    return { status: 'down', reason: error instanceof Error ? error.message : 'The check failed.' };
  } finally {
    clearTimeout(timer);
  }
}
