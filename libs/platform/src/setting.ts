import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsNotEmpty, IsString, Matches, Max, Min } from 'class-validator';

/** One setting as the documentation lists it. */
export interface Setting {
  /** The name of the variable. */
  readonly name: string;
  readonly property: string;
  readonly meaning: string;
}

const settings = new Map<object, Setting[]>();

/** The settings of a configuration class, in the order in which it declares them. */
export const settingsOf = (configuration: { readonly prototype: object }): readonly Setting[] =>
  settings.get(configuration.prototype) ?? [];

type Described = Pick<Setting, 'name' | 'meaning'>;

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

export function TextSetting(described: Described & { readonly pattern?: RegExp; readonly expected?: string }): PropertyDecorator {
  const { pattern, expected = 'a text that is not empty' } = described;
  const message = expected;
  return setting(described, [
    ...(pattern === undefined ? [] : [Matches(pattern, { message })]),
    IsNotEmpty({ message }),
    IsString({ message }),
  ]);
}
