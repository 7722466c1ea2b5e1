import { readFileSync } from 'node:fs';
import { at } from './lib/workspace.mjs';

describe('The Node that runs the tests', () => {
  it('is the one that package.json pins', () => {
    const { devDependencies } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
    expect(process.versions.node).toBe(devDependencies.node);
  });
});
