/** What a part of the service says of itself; `reason` where it is not able to be right. */
export type HealthReport = { readonly status: 'up' } | { readonly status: 'down'; readonly reason: string };

export type HealthCheck = () => HealthReport | Promise<HealthReport>;

/** `required`: without it the service is not ready. `told`: others will want to know, but requests can be answered right all the same. */
export type HealthRole = 'required' | 'told';

export interface Readiness {
  readonly status: 'up' | 'down';
  readonly checks: Readonly<Record<string, HealthReport>>;
}

const CHECK_TIMEOUT_MS = 2000;

/** Whether the service is able to be right: every part that a request may need registers a check. Lag is a metric, not readiness. */
export class Health {
  readonly #checks = new Map<string, { readonly check: HealthCheck; readonly role: HealthRole }>();
  #stopping = false;

  register(name: string, check: HealthCheck, role: HealthRole = 'required'): void {
    this.#checks.set(name, { check, role });
  }

  /** From now on not ready, so that nobody sends more. */
  stopping(): void {
    this.#stopping = true;
  }

  async readiness(): Promise<Readiness> {
    const checks: Record<string, HealthReport> = {};
    if (this.#stopping) checks['process'] = { status: 'down', reason: 'The service is stopping.' };
    let ready = !this.#stopping;
    await Promise.all(
      [...this.#checks].map(async ([name, { check, role }]) => {
        const report = (checks[name] = await answered(check));
        if (role === 'required' && report.status === 'down') ready = false;
      }),
    );
    return { status: ready ? 'up' : 'down', checks };
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
