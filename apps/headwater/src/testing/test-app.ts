import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedConfig, freePort } from '@headwater/platform';
import { start } from '../start.js';
import { HttpClient } from './http-client.js';

export type Settings = Readonly<Record<`HEADWATER_${string}`, string>>;

/** A folder that a test may write to, and how to remove it. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'headwater-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** The whole service in this process, on a free port and a folder of its own. */
export interface TestApp {
  readonly url: string;
  readonly dataDir: string;
  readonly client: HttpClient;
  /** Stops the service; its folder goes too, unless it was given. */
  close(): Promise<void>;
}

export async function startTestApp(settings: Settings = {}): Promise<TestApp> {
  const folder = settings['HEADWATER_DATA_DIR'] === undefined ? await temporaryFolder() : undefined;
  const dataDir = folder?.path ?? String(settings['HEADWATER_DATA_DIR']);
  const port = String(await freePort());
  const config = EmbeddedConfig.read({ HEADWATER_LOG_LEVEL: 'fatal', HEADWATER_PORT: port, ...settings, HEADWATER_DATA_DIR: dataDir });
  const running = await start(config);
  const client = new HttpClient(running.url);
  return {
    url: running.url,
    dataDir,
    client,
    async close() {
      client.close();
      await running.close();
      await folder?.remove();
    },
  };
}
