/**
 * Commands and answers of a page's console blocks.
 * @param {string} page @returns {{ command: string, answer: string }[]}
 */
export function consoleSteps(page) {
  const blocks = [...page.matchAll(/^```console\n(.*?)^```$/gms)].map(([, text]) => text);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        // A command goes on over lines that end with a backslash.
        const [, command, answer] = /^((?:[^\n]*\\\n)*[^\n]*)\n(.*)$/s.exec(step);
        return { command: command.replaceAll(/\\\n\s*/g, ''), answer };
      }),
  );
}

/** What a command asks for; of curl, only what pages here use. @param {string} command */
export function curlRequest(command) {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
  if (words.shift() !== 'curl') throw new Error(`no curl command: ${command}`);
  const request = { method: 'GET', headers: {}, url: '', body: undefined, endless: false };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-X') request.method = words.shift();
    else if (word === '-d') request.body = words.shift();
    else if (word === '-N') request.endless = true;
    else if (word === '-H') {
      const [name, value] = words.shift().split(': ');
      request.headers[name] = value;
    } else if (word.startsWith('http')) request.url = word;
    else throw new Error(`curl ${word} is not understood here: ${command}`);
  }
  return request;
}

const instant = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** What an answer must match: blanks do not count, … stands for anything, and any instant for any other. @param {string} shown */
export function answerPattern(shown) {
  const parts = comparable(shown).split('…');
  return new RegExp(`^${parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`, 's');
}

/** @param {string} answer */
export const comparable = (answer) => answer.replaceAll(instant, 'INSTANT').replaceAll(/\s+/g, '');
