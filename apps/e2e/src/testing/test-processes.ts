import { addressOf, freePort } from '@headwater/platform';
import { AppProcess } from './app-process.js';
import { composition } from './composition.js';
import type { ServiceAddress, Settings, TestStorage } from './settings.js';
import { newStorage } from './test-app.js';

/** The service as it is run: each of its processes by itself, with what it says. */
export interface TestProcesses {
  readonly url: string;
  readonly services: readonly ServiceAddress[];
  /** What was written to standard error: logs, and what Node has to say. */
  readonly stderr: string;
  close(): Promise<void>;
}

/** In the composition that is tested. */
export async function startTestProcesses(settings: Settings): Promise<TestProcesses> {
  const storage = await newStorage();
  const processes = await started(settings, storage);
  const services = processes.map(({ name, url }) => ({ name, url }));
  return {
    url: services[0]?.url ?? '',
    services,
    get stderr() {
      return processes.map(({ process }) => process.stderr).join('');
    },
    async close() {
      await Promise.all(processes.map(({ process }) => process.kill()));
      await storage.remove();
    },
  };
}

type Started = ServiceAddress & { readonly process: AppProcess };

/** The one that clients use comes first. */
function started(settings: Settings, storage: TestStorage): Promise<readonly Started[]> {
  const { name, settings: found = { HEADWATER_DATA_DIR: name } } = storage;
  return composition === 'embedded'
    ? Promise.all([launched('headwater', { ...found, HEADWATER_PORT: '0', ...settings })])
    : services({ ...found, ...settings });
}

async function services(settings: Settings): Promise<readonly Started[]> {
  const port = await freePort();
  const all: Settings = { ...settings, HEADWATER_PUBLIC_URL: addressOf('127.0.0.1', port), HEADWATER_PORT: '0' };
  const [commands, projector] = await Promise.all([launched('command-service', all), launched('projector', all)]);
  const gateway = await launched('query-gateway', { ...all, HEADWATER_PORT: String(port), HEADWATER_COMMAND_SERVICE_URL: commands.url });
  return [gateway, commands, projector];
}

async function launched(name: ServiceAddress['name'], settings: Settings): Promise<Started> {
  const process = new AppProcess(settings, name);
  return { name, process, url: await process.ready() };
}
