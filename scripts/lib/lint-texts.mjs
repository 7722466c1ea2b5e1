// Lints texts as if they stood in the files named with them: [{ file, text }] on stdin, the rules that each breaks on stdout.
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';
import { root } from './workspace.mjs';

const eslint = new ESLint({ cwd: root });
const answers = [];
for (const given of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(given.text, { filePath: given.file });
  answers.push((result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message));
}
process.stdout.write(JSON.stringify(answers));
