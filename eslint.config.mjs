import { readFileSync } from 'node:fs';
import eslint from '@eslint/js';
import devkit from '@nx/devkit';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

// Without a graph of the projects @nx/enforce-module-boundaries says nothing and lets everything pass, so it is made here, and a failure is loud.
process.env.NX_DAEMON = 'false';
process.env.NX_NO_CLOUD = 'true';
await devkit.createProjectGraphAsync({ exitOnError: false });

/** What the domain must not know: frameworks, servers, drivers. Adapters bring one driver each. */
const frameworks = [
  '@nestjs/*',
  'fastify',
  '@fastify/*',
  'find-my-way',
  'class-validator',
  'class-transformer',
  'reflect-metadata',
  'rxjs',
];
const observability = ['pino', 'prom-client', '@opentelemetry/*'];
const drivers = ['node:sqlite', 'mongodb', 'kafkajs', '@platformatic/kafka', 'jsonld', 'rdf-validate-shacl', 'jose'];
const driverOf = { 'scope:sqlite': 'node:sqlite', 'scope:mongo': 'mongodb', 'scope:kafka': 'kafkajs', 'scope:jsonld': 'jsonld' };

const features = ['scope:commands', 'scope:queries', 'scope:processing'];

const bannedByType = {
  'type:domain': [...frameworks, ...observability, ...drivers],
  'type:platform': drivers,
  'type:feature': drivers,
  'type:adapter': frameworks,
};

const depConstraints = [
  { sourceTag: 'type:domain', onlyDependOnLibsWithTags: ['type:domain'] },
  { sourceTag: 'type:platform', onlyDependOnLibsWithTags: ['type:domain', 'type:platform'] },
  { sourceTag: 'type:feature', onlyDependOnLibsWithTags: ['type:domain', 'type:platform', 'type:feature'] },
  { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: ['type:domain'] },
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['*'] },
  // The three features meet in the applications only: each must be able to run in a process of its own.
  ...features.map((sourceTag) => ({ sourceTag, notDependOnLibsWithTags: features.filter((tag) => tag !== sourceTag) })),
].map((constraint) => {
  const banned = bannedByType[constraint.sourceTag]?.filter((name) => !name.startsWith('node:'));
  return banned ? { ...constraint, bannedExternalImports: banned } : constraint;
});

/**
 * Nx knows the packages of the lock file only: it lets modules of Node and packages that are not installed pass. Hence the same bans once
 * more, by folder, and for an adapter every driver but its own.
 */
function bansByFolder() {
  const { references } = JSON.parse(readFileSync(new URL('tsconfig.json', import.meta.url), 'utf8'));
  return references.flatMap(({ path }) => {
    const { nx: project } = JSON.parse(readFileSync(new URL(`${path}/package.json`, import.meta.url), 'utf8'));
    const type = project.tags.find((tag) => tag.startsWith('type:'));
    const own = project.tags.map((tag) => driverOf[tag]).find((driver) => driver !== undefined);
    const banned = [...(bannedByType[type] ?? []), ...(type === 'type:adapter' ? drivers.filter((driver) => driver !== own) : [])];
    if (banned.length === 0) return [];
    const message = `A ${type.slice('type:'.length)} library must not know this module (docs/adr/0002-one-code-base-two-compositions.md).`;
    const regex = `^(${banned.map((name) => name.replace('/*', '')).join('|')})(/|$)`;
    return {
      files: [`${path}/**/*.ts`],
      rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ regex, message }] }] },
    };
  });
}

const nodeGlobals = Object.fromEntries(
  [
    ...[
      'AbortController',
      'AbortSignal',
      'Buffer',
      'TextDecoder',
      'TextEncoder',
      'URL',
      'URLSearchParams',
      'clearInterval',
      'clearTimeout',
    ],
    ...['console', 'fetch', 'performance', 'process', 'queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout', 'structuredClone'],
    ...['afterAll', 'afterEach', 'beforeAll', 'beforeEach', 'describe', 'expect', 'it', 'test'],
  ].map((name) => [name, 'readonly']),
);

export default tseslint.config(
  { ignores: ['**/dist/**', '**/coverage/**', '**/node_modules/**', '.nx/**', 'data/**'] },
  {
    linterOptions: {
      // A rule that does not suit us is changed here, with its reason, not switched off where it hurts.
      noInlineConfig: true,
      reportUnusedDisableDirectives: 'error',
    },
  },
  eslint.configs.recommended,
  {
    rules: {
      // JSON, IRIs and N-Triples forbid or escape control characters, so their readers look for them.
      'no-control-regex': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: nodeGlobals },
  },
  {
    // Run by mongosh, which has these.
    files: ['deploy/replica-set.js'],
    languageOptions: { globals: { rs: 'readonly', db: 'readonly', sleep: 'readonly', print: 'readonly' } },
  },
  {
    files: ['{libs,apps}/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { depConstraints, allow: [], enforceBuildableLibDependency: false }],

      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/promise-function-async': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      // Modules of Nest are classes that hold nothing but their decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // A port is asynchronous whether or not an adapter has to wait for anything.
      '@typescript-eslint/require-await': 'off',
      // An alias and an interface say the same; which reads better depends on what stands beside it.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // Type parameters that occur once are what branded ids and event maps are made of.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',

      // Nest declares its options as classes and means object literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',

      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  ...bansByFolder(),
  {
    // These tests run whole applications.
    files: ['apps/e2e/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          depConstraints,
          allow: ['headwater', 'command-service', 'projector', 'query-gateway'].map((app) => `@headwater/${app}/start`),
          enforceBuildableLibDependency: false,
        },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', '**/testing/**/*.ts'],
    rules: {
      // expect(port.method) and expect.objectContaining are how Jest is written.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
);
