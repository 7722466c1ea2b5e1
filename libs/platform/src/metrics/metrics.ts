import { Counter, Gauge, Registry, collectDefaultMetrics, type Metric } from 'prom-client';
import { FastHistogram } from './request-histogram.js';

/** Values by the value of a label. */
export type Readings = Iterable<readonly [string, number]>;

/**
 * What a service counts. Features make their metrics once, when they are constructed, and keep them; asking twice for the same name gives
 * the same metric.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #fast = new Map<string, FastHistogram>();

  /** Seconds per request, by route pattern, method and class of status. */
  readonly requests = this.histogram(
    'headwater_http_request_duration_seconds',
    'How long requests took, from their head to the end of the answer.',
  );

  /** The process's own: event loop, memory, collections of garbage. Started by the application, as it keeps timers. */
  collectProcess(): void {
    // The lag of the event loop is sampled ten times a second: at its default of a hundred times it is most of what an idle service costs.
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 100 });
  }

  counter<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    const known = this.registry.getSingleMetric(name);
    return known instanceof Counter ? known : new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /** A value that is asked for when metrics are collected. */
  gauge(name: string, help: string, read: () => number | Promise<number>): Gauge {
    return this.#gauge(name, help, [], async (gauge) => gauge.set(await read()));
  }

  /** Values that are asked for when metrics are collected, by one label. */
  gauges<Label extends string>(name: string, help: string, label: Label, read: () => Readings | Promise<Readings>): Gauge {
    return this.#gauge(name, help, [label], async (gauge) => {
      gauge.reset();
      for (const [value, reading] of await read()) gauge.set({ [label]: value }, reading);
    });
  }

  #gauge(name: string, help: string, labelNames: readonly string[], collect: (gauge: Gauge) => Promise<void>): Gauge {
    const known = this.registry.getSingleMetric(name);
    if (known instanceof Gauge) return known;
    return new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        return collect(this);
      },
    });
  }

  /** A histogram whose series are cheap to observe; bounds are upper ones, by default for seconds. */
  histogram(name: string, help: string, bounds?: readonly number[]): FastHistogram {
    const known = this.#fast.get(name);
    if (known !== undefined) return known;
    const made = new FastHistogram(name, help, bounds);
    this.#fast.set(name, made);
    this.registry.registerMetric(made as unknown as Metric);
    return made;
  }
}

/** Bounds for counts: commits of a group, items of a push. */
export const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16_384] as const;
