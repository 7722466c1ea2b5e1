import { cpSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageFolders } from './build.mjs';
import { at, root } from './workspace.mjs';

/** What npm installs from, and what must go with every copy. */
const rootFiles = ['package.json', 'package-lock.json', '.npmrc', 'LICENSE'];

/** The programs that operators use; the others need what is installed for development only. */
const tools = ['lib', 'topics', 'transfer', 'verify'];

/**
 * Copies what runs, and nothing that only tests or compilers read, from this clone, which must be built.
 * @param {string} folder
 */
export function copyRelease(folder) {
  for (const file of rootFiles) cpSync(at(file), join(folder, file));
  for (const source of packageFolders().map((path) => relative(root, path))) {
    cpSync(at(source, 'package.json'), join(folder, source, 'package.json'));
    copyTree(join(source, 'dist'), folder, isCompiled);
  }
  copyTree('scripts', folder, isScript);
  for (const tool of tools) copyTree(join('tools', tool), folder, isScript);
}

function copyTree(tree, folder, isWanted) {
  const files = readdirSync(at(tree), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files.map(({ parentPath, name }) => join(parentPath, name))) {
    if (isWanted(relative(at(tree), file))) cpSync(file, join(folder, relative(root, file)));
  }
}

/** @param {string} path below a package's dist folder */
export function isCompiled(path) {
  const isTest = /\.(spec|contract)\.js$/.test(path) || /(^|[\\/])testing[\\/]/.test(path);
  return /\.(js|json)$/.test(path) && !isTest;
}

/** @param {string} path below scripts or tools */
export function isScript(path) {
  return path.endsWith('.mjs') && !path.endsWith('.spec.mjs');
}
