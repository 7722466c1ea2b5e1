import { HeadwaterConfig } from '../config.js';
import { settingsOf } from '../setting.js';

const MIB = 1024 * 1024;

/** A default as it would be written in the environment, large sizes with what they are in MiB. */
function shown(value: unknown): string {
  if (typeof value === 'number' && value >= MIB && value % MIB === 0) return `\`${String(value)}\` (${String(value / MIB)} MiB)`;
  return `\`${String(value)}\``;
}

/** The table of docs/configuration.md: every setting, its default and its meaning. */
export function settingsTable(): string {
  const defaults = new Map<string, unknown>(Object.entries(new HeadwaterConfig()));
  const rows = settingsOf(HeadwaterConfig).map(
    ({ name, property, meaning }) => `| \`${name}\` | ${shown(defaults.get(property))} | ${meaning} |`,
  );
  return ['| Setting | Default | Meaning |', '| --- | --- | --- |', ...rows].join('\n');
}
