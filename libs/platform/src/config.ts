import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { BooleanSetting, ChoiceSetting, IntegerSetting, TextSetting, settingNames, settingsOf, type Program } from './setting.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const PREFIX = 'HEADWATER_';
const FROM_HOST_AND_PORT = 'http://{host}:{port}';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Who answers writes, who answers reads, and who answers requests at all. */
const WRITERS = ['headwater', 'command-service'] as const satisfies readonly Program[];
const READERS = ['headwater', 'query-gateway'] as const satisfies readonly Program[];
const ANSWERERS = ['headwater', 'command-service', 'query-gateway'] as const satisfies readonly Program[];

/**
 * What every service has in common, and what its features ask for: read once from `HEADWATER_*`, validated, frozen. Each service has a class of
 * its own that adds to it, and is given to the features under this one. docs/configuration.md shows the same table.
 */
export class HeadwaterConfig {
  @TextSetting({ name: 'HEADWATER_HOST', meaning: 'Address to listen on.', expected: 'a host name or an address' })
  readonly host: string = '127.0.0.1';

  @IntegerSetting({ name: 'HEADWATER_PORT', meaning: 'Port to listen on; 0 takes any free one.', min: 0, max: 65_535 })
  readonly port: number = 8080;

  @TextSetting({
    name: 'HEADWATER_PUBLIC_URL',
    usedBy: ANSWERERS,
    meaning: 'The address that clients use, without `/v1`. It is part of every answer, and never taken from a request.',
    pattern: /^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?(?<!\/v1\/?)$/,
    expected: 'an absolute http or https address without query, fragment and /v1',
  })
  readonly publicUrl: string = FROM_HOST_AND_PORT;

  @ChoiceSetting({ name: 'HEADWATER_LOG_LEVEL', meaning: `What is logged: ${LOG_LEVELS.join(', ')}.`, among: LOG_LEVELS })
  readonly logLevel: LogLevel = 'info';

  @BooleanSetting({
    name: 'HEADWATER_BOOTSTRAP_ANONYMOUS',
    meaning: 'Allows listening on an address that other machines reach, although everybody who reaches it may then do everything.',
  })
  readonly bootstrapAnonymous: boolean = false;

  @IntegerSetting({ name: 'HEADWATER_BODY_MAX_BYTES', usedBy: ANSWERERS, meaning: 'Largest request body below `/v1`.', min: KIB })
  readonly bodyMaxBytes: number = 256 * KIB;

  @IntegerSetting({
    name: 'HEADWATER_BODIES_MAX_BYTES',
    usedBy: ANSWERERS,
    meaning: 'Bytes of all request bodies that may be kept at one time; more are answered 503.',
    min: MIB,
  })
  readonly bodiesMaxBytes: number = 128 * MIB;

  @IntegerSetting({ name: 'HEADWATER_EVENT_MAX_BYTES', usedBy: WRITERS, meaning: 'Largest event, encoded.', min: KIB })
  readonly eventMaxBytes: number = 900 * KIB;

  @IntegerSetting({ name: 'HEADWATER_PUSH_MAX_ITEMS', usedBy: WRITERS, meaning: 'Most items of one push to a dataset.', min: 1 })
  readonly pushMaxItems: number = 10_000;

  @IntegerSetting({ name: 'HEADWATER_PUSH_MAX_BYTES', usedBy: WRITERS, meaning: 'Largest body of a push to a dataset.', min: KIB })
  readonly pushMaxBytes: number = 32 * MIB;

  @IntegerSetting({ name: 'HEADWATER_MAX_TAGS', usedBy: WRITERS, meaning: 'Most tags of one resource.', min: 1 })
  readonly maxTags: number = 1000;

  @IntegerSetting({
    name: 'HEADWATER_WAIT_TIMEOUT_MS',
    usedBy: ANSWERERS,
    meaning: 'How long `Headwater-Wait-For` and `indexing=sync` wait at most.',
    min: 1,
    max: 600_000,
  })
  readonly waitTimeoutMs: number = 10_000;

  @IntegerSetting({
    name: 'HEADWATER_MAX_WAITERS',
    usedBy: ANSWERERS,
    meaning: 'Most requests that may wait at one time; more are answered 503.',
    min: 1,
  })
  readonly maxWaiters: number = 1000;

  @IntegerSetting({
    name: 'HEADWATER_CATCH_UP_MAX',
    usedBy: READERS,
    meaning: 'Most revisions that a fetch folds itself where the read model is behind.',
    min: 0,
  })
  readonly catchUpMax: number = 1000;

  @BooleanSetting({
    name: 'HEADWATER_LIST_DEPRECATED_BY_DEFAULT',
    usedBy: READERS,
    meaning: '`true`: listings show deprecated entities too, unless the request asks for one kind.',
  })
  readonly listDeprecatedByDefault: boolean = false;

  @BooleanSetting({
    name: 'HEADWATER_SKIP_UNCHANGED_UPDATES',
    usedBy: WRITERS,
    meaning: '`true`: an update that changes nothing makes no revision.',
  })
  readonly skipUnchangedUpdates: boolean = false;

  @IntegerSetting({
    name: 'HEADWATER_APPEND_QUEUE_MAX',
    usedBy: WRITERS,
    meaning: 'Most commits that wait for the event store; more are answered 503.',
    min: 1,
  })
  readonly appendQueueMax: number = 10_000;

  @IntegerSetting({
    name: 'HEADWATER_APPEND_QUEUE_BYTES',
    usedBy: WRITERS,
    meaning: 'Most bytes of commits that wait for the event store.',
    min: MIB,
  })
  readonly appendQueueBytes: number = 64 * MIB;

  @IntegerSetting({
    name: 'HEADWATER_SSE_TICK_MS',
    usedBy: READERS,
    meaning: 'Events of at most this long are written to a connection at once; fewer milliseconds where fewer connections follow.',
    min: 1,
    max: 1000,
  })
  readonly sseTickMs: number = 20;

  @IntegerSetting({
    name: 'HEADWATER_SSE_QUEUE_BYTES',
    usedBy: READERS,
    meaning: 'Bytes that wait for a slow reader of events before it is disconnected.',
    min: 64 * KIB,
  })
  readonly sseQueueBytes: number = 4 * MIB;

  @IntegerSetting({
    name: 'HEADWATER_SSE_HEARTBEAT_MS',
    usedBy: READERS,
    meaning: 'A quiet connection is written to after this long.',
    min: 100,
    max: 600_000,
  })
  readonly sseHeartbeatMs: number = 10_000;

  @IntegerSetting({
    name: 'HEADWATER_SSE_MAX_CLIENTS',
    usedBy: READERS,
    meaning: 'Most connections that follow events at one time; more are answered 503.',
    min: 1,
  })
  readonly sseMaxClients: number = 10_000;

  @IntegerSetting({ name: 'HEADWATER_JSONLD_MAX_DEPTH', usedBy: WRITERS, meaning: 'Deepest nesting of a document.', min: 10, max: 1000 })
  readonly jsonldMaxDepth: number = 100;

  @IntegerSetting({
    name: 'HEADWATER_JSONLD_MAX_CONTEXTS',
    usedBy: WRITERS,
    meaning: 'Most contexts that a document uses, also indirectly.',
    min: 1,
  })
  readonly jsonldMaxContexts: number = 64;

  @IntegerSetting({
    name: 'HEADWATER_SHUTDOWN_TIMEOUT_MS',
    meaning: 'How long requests in progress may take to end when the service stops.',
    min: 100,
    max: 600_000,
  })
  readonly shutdownTimeoutMs: number = 10_000;

  /** Whether only this machine can reach the service. */
  get isLoopback(): boolean {
    return isLoopbackHost(this.host);
  }

  /**
   * The configuration of this class that an environment describes.
   *
   * @throws InvalidConfiguration naming every mistake: wrong values (without printing them) and `HEADWATER_*` names that no service has.
   */
  static read<Config extends HeadwaterConfig>(this: new () => Config, environment: Readonly<Record<string, string | undefined>>): Config {
    const settings = settingsOf(this);
    const given: Record<string, string> = {};
    for (const { name, property } of settings) {
      const value = environment[name];
      if (value !== undefined) given[property] = value;
    }
    const config = plainToInstance(this, given);
    const names = new Map(settings.map(({ name, property }) => [property, name]));
    const mistakes = [
      ...unknownNames(environment, [...settingNames()]),
      ...validateSync(config).map(({ property, constraints = {} }) => {
        const [expected = 'something else'] = Object.values(constraints);
        return `${names.get(property) ?? property} must be ${expected}.`;
      }),
    ];
    if (mistakes.length === 0) mistakes.push(...config.contradictions());
    if (mistakes.length > 0) throw new InvalidConfiguration(mistakes);
    return sealed(config, { publicUrl: placed(config.publicUrl, config) });
  }

  /** What settings that are right one by one have against each other. */
  contradictions(): readonly string[] {
    return this.isLoopback || this.bootstrapAnonymous ? [] : [NOT_LOOPBACK];
  }

  /** This configuration on another port: what a free one turned out to be. */
  onPort(port: number): this {
    const derived = this.publicUrl === addressOf(this.host, this.port);
    return sealed(this, { port, publicUrl: derived ? addressOf(this.host, port) : this.publicUrl });
  }
}

/** A frozen configuration like another one, but for some settings. What is secret is kept from those who list its members: a log, an inspection. */
function sealed<Config extends HeadwaterConfig>(config: Config, changed: Partial<HeadwaterConfig>): Config {
  const prototype = Object.getPrototypeOf(config) as object;
  const members: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(config);
  for (const [property, value] of Object.entries(changed)) members[property] = { value, enumerable: true };
  for (const { property, secret = false } of settingsOf({ prototype }))
    if (secret) members[property] = { ...members[property], enumerable: false };
  return Object.freeze(Object.create(prototype, members) as Config);
}

/** A default address with the host and the port put into their places. */
const placed = (url: string, { host, port }: Pick<HeadwaterConfig, 'host' | 'port'>): string =>
  url.replace('{host}', bracketed(host)).replace('{port}', String(port));

const NOT_LOOPBACK =
  `${PREFIX}HOST is an address that other machines can reach, and there is no access control yet: whoever reaches the service could read and ` +
  `change everything. Use 127.0.0.1, or set ${PREFIX}BOOTSTRAP_ANONYMOUS=true where the network keeps others out.`;

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** `http://{host}:{port}`, an IPv6 address in brackets. */
export const addressOf = (host: string, port: number): string => `http://${bracketed(host)}:${String(port)}`;

const isLoopbackHost = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);

/** What the launchers and tests of this repository read themselves. */
const isOfOthers = (name: string): boolean => name === `${PREFIX}URL` || name.startsWith(`${PREFIX}TEST_`);

/** One environment is shared by all services: a name that another one reads is no mistake. */
function unknownNames(environment: Readonly<Record<string, unknown>>, known: readonly string[]): readonly string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && !isOfOthers(name))
    .map((name) => {
      const [close] = known.filter((one) => distance(one, name) <= 3).sort((a, b) => distance(a, name) - distance(b, name));
      return `${name} is not a setting.${close === undefined ? '' : ` Did you mean ${close}?`}`;
    });
}

/** Edit distance, for names that were mistyped. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The service does not start with such settings. */
export class InvalidConfiguration extends Error {
  override readonly name = 'InvalidConfiguration';
  constructor(readonly mistakes: readonly string[]) {
    super(
      `The configuration has ${mistakes.length === 1 ? 'a mistake' : `${String(mistakes.length)} mistakes`}:\n${mistakes.map((one) => `  - ${one}`).join('\n')}`,
    );
  }
}
