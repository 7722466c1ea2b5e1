import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('../topics/main.mjs', import.meta.url));

/** What `npm run topics` does: collections, indexes and topics. @param {Record<string, string>} settings @param {readonly string[]} [args] */
export async function prepare(settings, args = []) {
  await promisify(execFile)(process.execPath, [program, ...args], { env: { PATH: process.env.PATH, ...settings } });
}
