import {
  CommandServiceConfig,
  EmbeddedConfig,
  GatewayConfig,
  ProjectorConfig,
  TopicsConfig,
  type HeadwaterConfig,
} from '../configurations.js';
import { settingsOf, type Program, type Setting } from '../setting.js';

const MIB = 1024 * 1024;

const CONFIGURATIONS: readonly (readonly [Program, new () => HeadwaterConfig])[] = [
  ['headwater', EmbeddedConfig],
  ['query-gateway', GatewayConfig],
  ['command-service', CommandServiceConfig],
  ['projector', ProjectorConfig],
  ['topics', TopicsConfig],
];

/** A default as it would be written in the environment, large sizes with what they are in MiB. */
function shown(value: unknown): string {
  if (value === '') return 'none';
  if (typeof value === 'number' && value >= MIB && value % MIB === 0) return `\`${String(value)}\` (${String(value / MIB)} MiB)`;
  return `\`${String(value)}\``;
}

/** A setting with its default in each program that has it. */
interface Documented extends Setting {
  readonly defaults: Map<Program, string>;
}

function documented(): readonly Documented[] {
  const found = new Map<string, Documented>();
  for (const [program, configuration] of CONFIGURATIONS) {
    const values = new Map<string, unknown>(Object.entries(new configuration()));
    for (const setting of settingsOf(configuration)) {
      const one = found.get(setting.name) ?? { ...setting, defaults: new Map() };
      found.set(setting.name, one);
      one.defaults.set(program, shown(values.get(setting.property)));
    }
  }
  return [...found.values()];
}

/** The default that most have, then those of others. Who does not use the setting has no say. */
function defaultsOf({ defaults, usedBy }: Documented): string {
  const concerned = [...defaults].filter(([program]) => (usedBy === undefined ? program !== 'topics' : usedBy.includes(program)));
  const [first] = concerned;
  if (first === undefined) throw new Error('Nobody uses the setting.');
  const others = concerned.filter(([, text]) => text !== first[1]).map(([program, text]) => `${program}: ${text}`);
  return [first[1], ...others].join('; ');
}

/** The table of docs/configuration.md: every setting, its default, who uses it and its meaning. */
export function settingsTable(): string {
  const rows = documented().map(
    (setting) =>
      `| \`${setting.name}\` | ${defaultsOf(setting)} | ${(setting.usedBy ?? ['every service']).join(', ')} | ${setting.meaning} |`,
  );
  return ['| Setting | Default | Used by | Meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
