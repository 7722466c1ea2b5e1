import type { MetricObject, MetricType } from 'prom-client';

/** Upper bounds in seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] as const;

type LabelValues = Readonly<Record<string, string>>;

/** One series of a histogram: observing is a short scan and two additions, no labels are hashed. */
export class HistogramSeries {
  readonly counts: Float64Array;
  sum = 0;
  constructor(
    readonly labels: LabelValues,
    private readonly bounds: readonly number[],
  ) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? 0)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
  }
}

/**
 * A histogram for hot paths, in prom-client's registry. Its series are made once and kept by those who observe: prom-client's own looks its
 * labels up by a hash at every observation, which costs more than the rest of the bookkeeping of a request.
 */
export class FastHistogram {
  readonly #series = new Map<string, HistogramSeries>();
  readonly type = 'histogram' as unknown as MetricType;
  readonly aggregator = 'sum';

  constructor(
    readonly name: string,
    readonly help: string,
    private readonly bounds: readonly number[] = BUCKETS,
  ) {}

  /** The series of these labels, made at the first call. */
  series(labels: LabelValues = {}): HistogramSeries {
    const key = JSON.stringify(labels);
    const known = this.#series.get(key) ?? new HistogramSeries(labels, this.bounds);
    this.#series.set(key, known);
    return known;
  }

  /** What prom-client asks every metric for. */
  async get(): Promise<MetricObject & { readonly values: readonly unknown[] }> {
    const values = [...this.#series.values()].flatMap((series) => samples(this.name, this.bounds, series));
    return { name: this.name, help: this.help, type: this.type, aggregator: this.aggregator, values } as MetricObject & {
      values: unknown[];
    };
  }

  reset(): void {
    this.#series.clear();
  }
}

function samples(name: string, bounds: readonly number[], { labels, counts, sum }: HistogramSeries): readonly unknown[] {
  let total = 0;
  const buckets = [...bounds, '+Inf' as const].map((le, index) => {
    total += counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: total };
  });
  return [...buckets, { metricName: `${name}_sum`, labels, value: sum }, { metricName: `${name}_count`, labels, value: total }];
}
