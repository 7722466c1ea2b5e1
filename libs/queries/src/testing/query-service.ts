import type { AddressInfo } from 'node:net';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { SealedTokens } from '@headwater/event-sourcing';
import type { ProjectRef } from '@headwater/event-contracts';
import { DirectoryLookup } from '@headwater/directory';
import type { ApiMapping, Iri } from '@headwater/linked-data';
import {
  AdvanceSignal,
  DIRECTORY_LOOKUP,
  DIRECTORY_READER,
  EVENT_STORE,
  FEED_READER,
  Health,
  HeadwaterConfig,
  LINKS_READER,
  Metrics,
  PROJECTION_PROGRESS,
  PositionWaiter,
  RESOURCES_READER,
  SEALED_TOKENS,
  StopSignal,
  URLS,
  createHttpApp,
  createLogger,
  type HttpApp,
} from '@headwater/platform';
import { InMemoryService, World } from '@headwater/read-models/testing';
import { Urls } from '@headwater/representations';
import { QueriesModule } from '../queries.module.js';

export const PUBLIC_URL = 'https://public.example';
export const PROJECT: ProjectRef = { organization: 'org', project: 'project' };
export const BASE = 'https://e.org/base/';

@Module({})
class PortsModule {
  static of(memory: InMemoryService, tokens: SealedTokens): DynamicModule {
    const providers: Provider[] = [
      { provide: EVENT_STORE, useValue: memory.store },
      { provide: PROJECTION_PROGRESS, useValue: memory.projections },
      { provide: RESOURCES_READER, useValue: memory.resources },
      { provide: LINKS_READER, useValue: memory.links },
      { provide: FEED_READER, useValue: memory.feed },
      { provide: DIRECTORY_READER, useValue: memory.directory },
      { provide: SEALED_TOKENS, useValue: tokens },
      { provide: URLS, useValue: new Urls(PUBLIC_URL) },
      { provide: DIRECTORY_LOOKUP, useValue: new DirectoryLookup(memory.store) },
      AdvanceSignal,
      PositionWaiter,
    ];
    return { module: PortsModule, global: true, providers, exports: providers };
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON; undefined where there is none. */
  readonly body: unknown;
}

/** The read side over the in-memory adapters, whose log has three partitions, asked over HTTP. */
export class QueryService {
  readonly world: World;

  private constructor(
    readonly memory: InMemoryService,
    readonly tokens: SealedTokens,
    private readonly app: HttpApp,
    readonly url: string,
  ) {
    this.world = new World(memory.store);
  }

  /** With an organisation and a project. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<QueryService> {
    const service = await QueryService.over(await InMemoryService.start(), settings);
    await service.addProject(PROJECT);
    return service;
  }

  /** One more over the same stores. */
  static async over(memory: InMemoryService, settings: Readonly<Record<string, string>> = {}): Promise<QueryService> {
    const tokens = new SealedTokens(await memory.store.tokenKeys());
    const config = HeadwaterConfig.read({
      HEADWATER_PORT: '0',
      HEADWATER_PUBLIC_URL: PUBLIC_URL,
      HEADWATER_LOG_LEVEL: 'silent',
      ...settings,
    });
    const parts = { config, logger: createLogger('silent'), metrics: new Metrics(), health: new Health(), stop: new StopSignal() };
    const app = await createHttpApp([PortsModule.of(memory, tokens), QueriesModule], parts);
    await app.listen();
    const { port } = app.nest.getHttpServer().address() as AddressInfo;
    return new QueryService(memory, tokens, app, `http://127.0.0.1:${String(port)}`);
  }

  async addProject({ organization, project }: ProjectRef, apiMappings: readonly ApiMapping[] = []): Promise<void> {
    const [known] = await this.memory.store.newest([new DirectoryLookup(this.memory.store).streamsOf({ organization, project })[0]]);
    const organizationUuid = `uuid-${organization}`;
    if (known === undefined) await this.world.organization({ type: 'CreateOrganization', label: organization, uuid: organizationUuid });
    const settings = { base: BASE as Iri, vocab: 'https://e.org/vocab/' as Iri, apiMappings, enforceSchema: false };
    await this.world.project({
      type: 'CreateProject',
      ref: { organization, project },
      uuid: `uuid-${project}`,
      organizationUuid,
      settings,
    });
    await this.memory.settle();
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
    const response = await fetch(this.url + path, { method, headers, redirect: 'manual' });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: jsonOf(text) };
  }

  /** Projections that are called by nobody but `memory.settle` stand still by themselves; this ends the service. */
  stop(): Promise<void> {
    return this.app.close();
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
