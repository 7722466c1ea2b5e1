import { Transform } from 'class-transformer';
import { ArrayNotEmpty, IsBoolean, IsIn, IsInt, IsNotEmpty, IsString, Matches, Max, Min } from 'class-validator';

/** The programs that are configured: all of them read one environment, each what concerns it. */
export const PROGRAMS = ['headwater', 'command-service', 'projector', 'query-gateway', 'topics'] as const;
export type Program = (typeof PROGRAMS)[number];

/** One setting as the documentation lists it. */
export interface Setting {
  /** The name of the variable. */
  readonly name: string;
  readonly property: string;
  readonly meaning: string;
  /** Who makes use of it; every service where that is not said. */
  readonly usedBy?: readonly Program[];
  /** Holds a password, perhaps: neither printed nor logged with the rest of a configuration. */
  readonly secret?: boolean;
}

const settings = new Map<object, Setting[]>();

/** The settings of a configuration class, those of the classes that it extends first, in the order in which they are declared. */
export function settingsOf({ prototype }: { readonly prototype: object }): readonly Setting[] {
  const found = new Map<string, Setting>();
  for (const one of declaredBy(prototype)) found.set(one.name, one);
  return [...found.values()];
}

function declaredBy(prototype: object): readonly Setting[] {
  const parent: unknown = Object.getPrototypeOf(prototype);
  return [...(typeof parent === 'object' && parent !== null ? declaredBy(parent) : []), ...(settings.get(prototype) ?? [])];
}

/** The names of the settings of every configuration class that was loaded. */
export const settingNames = (): ReadonlySet<string> => new Set([...settings.values()].flat().map(({ name }) => name));

type Described = Omit<Setting, 'property'>;

/** Registers a property as a setting; the checks, all of class-validator, say of a wrong value what would be a right one, never the value. */
function setting(described: Described, checks: readonly PropertyDecorator[]): PropertyDecorator {
  return (target, property) => {
    if (typeof property !== 'string') throw new TypeError('A setting is a property with a name.');
    const known = settings.get(target) ?? [];
    known.push({ ...described, property });
    settings.set(target, known);
    for (const check of checks) check(target, property);
  };
}

/** A variable that is no number is kept as it is, so that the check refuses it; `Number('')` would be 0. */
const toInteger = ({ value }: { readonly value: unknown }): unknown =>
  typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;

export function IntegerSetting(described: Described & { readonly min: number; readonly max?: number }): PropertyDecorator {
  const { min, max = Number.MAX_SAFE_INTEGER } = described;
  const message =
    max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${String(min)}` : `a whole number from ${String(min)} to ${String(max)}`;
  return setting(described, [Max(max, { message }), Min(min, { message }), IsInt({ message }), Transform(toInteger)]);
}

const toBoolean = ({ value }: { readonly value: unknown }): unknown => (value === 'true' ? true : value === 'false' ? false : value);

export function BooleanSetting(described: Described): PropertyDecorator {
  return setting(described, [IsBoolean({ message: "'true' or 'false'" }), Transform(toBoolean)]);
}

export function ChoiceSetting(described: Described & { readonly among: readonly string[] }): PropertyDecorator {
  return setting(described, [IsIn([...described.among], { message: `one of ${described.among.join(', ')}` })]);
}

interface Text {
  readonly pattern?: RegExp;
  readonly expected?: string;
  /** Whether an empty text stands for "none". */
  readonly optional?: boolean;
}

export function TextSetting(described: Described & Text): PropertyDecorator {
  const { pattern, expected = 'a text that is not empty', optional = false } = described;
  const message = expected;
  return setting(described, [
    ...(pattern === undefined ? [] : [Matches(pattern, { message })]),
    ...(optional ? [] : [IsNotEmpty({ message })]),
    IsString({ message }),
  ]);
}

const toList = ({ value }: { readonly value: unknown }): unknown =>
  typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value;

/** Texts with commas between them, each of which matches the pattern. */
export function ListSetting(described: Described & { readonly pattern: RegExp; readonly expected: string }): PropertyDecorator {
  const { pattern, expected: message } = described;
  return setting(described, [Matches(pattern, { each: true, message }), ArrayNotEmpty({ message }), Transform(toList)]);
}
