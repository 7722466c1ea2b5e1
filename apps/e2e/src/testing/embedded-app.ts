import { start } from '@headwater/headwater/start';
import { EmbeddedConfig, freePort } from '@headwater/platform';
import type { Settings, Started, TestStorage } from './settings.js';

/** The whole service in this process, on a free port. */
export async function startEmbedded(settings: Settings, storage: TestStorage): Promise<Started> {
  const port = String(await freePort());
  const own = { HEADWATER_LOG_LEVEL: 'fatal', HEADWATER_PORT: port, HEADWATER_DATA_DIR: storage.name };
  const { url, close } = await start(EmbeddedConfig.read({ ...own, ...settings }));
  return { url, services: [{ name: 'headwater', url }], close };
}
