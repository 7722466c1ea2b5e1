import { execFileSync } from 'node:child_process';
import { at, pinnedNode } from './lib/workspace.mjs';

const nx = '@nx/enforce-module-boundaries';
const restricted = '@typescript-eslint/no-restricted-imports';

const imports = (name) => `import * as it from '${name}';\nexport const names = Object.keys(it);\n`;

// An existing file of each library lends its name, so that the typed rules find it in a project.
const cases = [
  ['the domain', 'libs/resources/src/index.ts', '@headwater/event-sourcing', []],
  ['the domain', 'libs/resources/src/index.ts', '@nestjs/common', [nx, restricted]],
  ['the domain', 'libs/resources/src/index.ts', 'fastify', [nx, restricted]],
  ['the domain', 'libs/resources/src/index.ts', 'jsonld', [nx, restricted]],
  ['the domain', 'libs/resources/src/index.ts', 'mongodb', [nx, restricted]],
  ['the domain', 'libs/resources/src/index.ts', 'kafkajs', [nx, restricted]],
  ['the domain', 'libs/resources/src/index.ts', 'node:sqlite', [restricted]],
  ['the domain', 'libs/resources/src/index.ts', '@headwater/sqlite', [nx]],
  ['the domain', 'libs/resources/src/index.ts', '@headwater/platform', [nx]],
  ['the domain', 'libs/resources/src/index.ts', '../../adapters/sqlite/src/index.js', [nx]],
  ['an adapter', 'libs/adapters/sqlite/src/index.ts', '@headwater/event-sourcing', []],
  ['an adapter', 'libs/adapters/sqlite/src/index.ts', 'node:sqlite', []],
  ['an adapter', 'libs/adapters/sqlite/src/index.ts', 'jsonld', [restricted]],
  ['an adapter', 'libs/adapters/sqlite/src/index.ts', '@nestjs/common', [nx, restricted]],
  ['an adapter', 'libs/adapters/sqlite/src/index.ts', '@headwater/jsonld', [nx]],
  ['a feature', 'libs/queries/src/index.ts', '@headwater/platform', []],
  ['a feature', 'libs/queries/src/index.ts', '@nestjs/common', []],
  ['a feature', 'libs/queries/src/index.ts', 'node:sqlite', [restricted]],
  ['a feature', 'libs/queries/src/index.ts', '@headwater/sqlite', [nx]],
  ['a feature', 'libs/queries/src/index.ts', '@headwater/commands', [nx]],
  ['a feature', 'libs/processing/src/index.ts', '@headwater/queries', [nx]],
  ['a feature', 'libs/processing/src/index.ts', '@headwater/kafka', [nx]],
  ['a feature', 'libs/processing/src/index.ts', '@headwater/mongo', [nx]],
  ['a feature', 'libs/processing/src/index.ts', 'kafkajs', [nx, restricted]],
  ['an application', 'apps/headwater/src/main.ts', '@headwater/sqlite', []],
  ['an application', 'apps/projector/src/main.ts', '@headwater/kafka', []],
  ['an application', 'apps/command-service/src/main.ts', '@headwater/mongo', []],
];

describe('Boundaries, as lint holds them', () => {
  let answers;

  beforeAll(() => {
    // ESLint runs in a process of its own: it loads its configuration and plugins in ways that Jest's modules do not know.
    const input = JSON.stringify(cases.map(([, file, name]) => ({ file: at(file), text: imports(name) })));
    answers = JSON.parse(execFileSync(pinnedNode, [at('scripts', 'lib', 'lint-texts.mjs')], { input, encoding: 'utf8' }));
  });

  it.each(cases.map(([who, file, name, rules], index) => ({ who, file, name, rules, index, verb: rules.length > 0 ? 'must not' : 'may' })))(
    '$who ($file) $verb import $name',
    ({ rules, index }) => {
      const broken = answers[index].filter((rule) => rule === nx || rule === restricted);
      expect([...new Set(broken)].sort()).toEqual([...rules].sort());
    },
  );
});
