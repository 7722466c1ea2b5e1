import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '@headwater/event-sourcing';
import { commitTo, newStream } from '@headwater/event-sourcing/testing';
import { testEventStore, type TestEventStore } from '../testing/event-store.js';
import { mongoReadModels, type MongoReadModels } from './mongo-read-models.js';

describe('Before a projector has run for the first time', () => {
  let service: TestEventStore;
  let readModels: MongoReadModels;

  beforeAll(async () => {
    service = await testEventStore();
    readModels = mongoReadModels(service.database.database, service.store);
  });

  afterAll(() => service.close());

  it('a resource is what the event store has of it (invariant 6)', async () => {
    const stream = newStream();
    expect(await readModels.resources.latest(stream)).toEqual({ newest: 0 });
    await service.store.append([commitTo(stream, await service.store.partitionFor(stream), { base: 0, events: 2 })]);
    expect(await readModels.resources.latest(stream)).toEqual({ newest: 2 });
  });

  it('lists are not there yet, which is not the same as empty', async () => {
    const page = { sort: { field: '_createdAt', descending: false }, page: { from: 0 }, size: 10 } as const;
    const query = { project: { organization: 'org', project: 'project' }, types: [], typeOperator: 'and', ...page } as const;
    await expect(readModels.resources.list(query)).rejects.toThrow(StoreUnavailable);
  });
});
