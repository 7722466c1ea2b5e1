import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { freePort, startHeadwater } from '../lib/service.mjs';
import { answerPattern, comparable, consoleSteps, curlRequest } from './console.mjs';

const steps = consoleSteps(readFileSync(new URL('../../README.md', import.meta.url), 'utf8'));
const shownAt = 'http://127.0.0.1:8080';

describe('The README', () => {
  let folder;
  let service;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-readme-'));
    service = await startHeadwater({
      dataDir: join(folder, 'data'),
      port: await freePort(),
      log: join(folder, 'service.log'),
      env: { HEADWATER_PUBLIC_URL: shownAt },
    });
  });
  afterAll(async () => {
    await service?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const answerTo = async ({ method, url, headers, body, endless }) => {
    const response = await fetch(url.replace(shownAt, service.url.origin), { method, headers, body });
    if (!endless) return response.text();
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes('ResourceUpdated\nid:')) break;
    }
    return text;
  };

  it('has a tour', () => expect(steps.length).toBeGreaterThan(10));

  it.each(steps)('shows what happens: $command', async ({ command, answer }) => {
    const request = curlRequest(command);
    const pattern = answerPattern(answer);
    let found = comparable(await answerTo(request));
    // Listings, links and feeds follow writes by some milliseconds.
    for (let tries = 0; request.method === 'GET' && !pattern.test(found) && tries < 50; tries += 1) {
      await sleep(50);
      found = comparable(await answerTo(request));
    }
    expect(found).toMatch(pattern);
  });
});
