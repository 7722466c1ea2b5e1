import { composition } from './composition.js';
import { HttpClient } from './http-client.js';
import type { Settings, Started, TestStorage } from './settings.js';

/** The service as its clients see it. */
export interface TestApp extends Started {
  readonly client: HttpClient;
  /** Stops the service; what it was told is forgotten, unless it is kept in a storage that was given. */
  close(): Promise<void>;
}

/** What a composition is made of. */
interface Parts {
  newStorage(): Promise<TestStorage>;
  start(settings: Settings, storage: TestStorage): Promise<Started>;
}

/** Only what is asked for is loaded: the embedded service needs no driver of a server. */
async function parts(): Promise<Parts> {
  switch (composition) {
    case 'embedded': {
      const [{ temporaryFolder }, { startEmbedded }] = await Promise.all([import('./temporary-folder.js'), import('./embedded-app.js')]);
      return { newStorage: temporaryFolder, start: startEmbedded };
    }
    case 'distributed': {
      const [{ newDatabase }, { DistributedApp }] = await Promise.all([import('./distributed-storage.js'), import('./distributed-app.js')]);
      return { newStorage: () => newDatabase(), start: (settings, storage) => DistributedApp.start(settings, storage) };
    }
  }
}

export const newStorage = async (): Promise<TestStorage> => (await parts()).newStorage();

/** Starts the service, in the composition that is tested. */
export async function startTestApp(settings: Settings = {}, kept?: TestStorage): Promise<TestApp> {
  const { start } = await parts();
  const storage = kept ?? (await newStorage());
  const started = await start(settings, storage);
  const client = new HttpClient(started.url);
  return {
    url: started.url,
    services: started.services,
    client,
    async close() {
      client.close();
      await started.close();
      if (kept === undefined) await storage.remove();
    },
  };
}
