import {
  Rejection,
  SealedTokens,
  projectionName,
  pushId,
  revision,
  sealWritePosition,
  streamName,
  type EventStore,
  type Progress,
  type ProjectionName,
  type StreamName,
} from '@headwater/event-sourcing';
import type { FastifyRequest } from 'fastify';
import { AdvanceSignal } from './advance-signal.js';
import { HeadwaterConfig } from './config.js';
import { PositionWaiter } from './position-waiter.js';
import { StopSignal } from './stop-signal.js';

const RESOURCES = projectionName('resources');
const LINKS = projectionName('links');
const DIRECTORY = projectionName('directory');
const A = streamName('entity/o/p/a');
const B = streamName('entity/o/p/b');

/** Read models that stand where a test puts them, and count how often they are asked. */
function set(environment: Record<string, string> = {}) {
  const applied = new Map<string, Progress>();
  const asked: string[] = [];
  const listeners = new Set<() => void>();
  const stop = new StopSignal();
  const progress = {
    async lastApplied(projection: ProjectionName, streams: readonly StreamName[]): Promise<readonly Progress[]> {
      asked.push(`${projection}: ${streams.join(' ')}`);
      return streams.map((stream) => applied.get(`${projection} ${stream}`) ?? { revision: 0 });
    },
  };
  const onAdvance = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const store = {
    receipt: async (push: string) =>
      push === 'known'
        ? {
            push: pushId('known'),
            written: [
              { stream: A, revision: revision(1) },
              { stream: B, revision: revision(2) },
            ],
          }
        : undefined,
  };
  const tokens = new SealedTokens([{ id: 'k', secret: Buffer.alloc(32, 1) }]);
  const advance = new AdvanceSignal({ onAdvance }, stop);
  const waiter = new PositionWaiter(HeadwaterConfig.read(environment), store as unknown as EventStore, progress, advance, tokens);
  const apply = (projection: ProjectionName, stream: StreamName, at: Progress): void => {
    applied.set(`${projection} ${stream}`, at);
    for (const listener of listeners) listener();
  };
  return { waiter, apply, asked, stop, tokens, listeners };
}

const turn = (): Promise<void> => new Promise<void>((resolve) => setImmediate(resolve));
const at = (stream: StreamName, rev: number) => ({ kind: 'revision', stream, revision: revision(rev) }) as const;
const code = async (work: Promise<unknown> | undefined): Promise<string> => {
  try {
    await work;
    return 'reached';
  } catch (error) {
    if (error instanceof Rejection) return String(error.code);
    throw error;
  }
};

describe('Waiting for a position', () => {
  it('does not wait for what is there, or for a push that wrote nothing', async () => {
    const { waiter, apply, asked } = set();
    apply(RESOURCES, A, { revision: revision(2) });
    expect(await code(waiter.wait(at(A, 1), [RESOURCES], 0))).toBe('reached');
    expect(await code(waiter.wait({ kind: 'nothing' }, [RESOURCES], 0))).toBe('reached');
    expect(asked).toHaveLength(1);
  });

  it('waits until every projection has it, and asks again only for what is missing', async () => {
    const { waiter, apply, asked } = set();
    const waited = code(waiter.wait(at(A, 1), [RESOURCES, LINKS], 5000));
    await turn();
    apply(RESOURCES, A, { revision: revision(1) });
    await turn();
    apply(LINKS, A, { revision: revision(1) });
    expect(await waited).toBe('reached');
    expect(asked.map((one) => one.split(':')[0])).toEqual(['resources', 'links', 'resources', 'links', 'links']);
    expect(waiter.waiting).toBe(0);
  });

  it('does not wait for a projection to have what it never will: a project in that of resources', async () => {
    const { waiter, apply, asked } = set();
    const project = streamName('project/o/p');
    apply(DIRECTORY, project, { revision: revision(1) });
    expect(await code(waiter.wait(at(project, 1), [RESOURCES, DIRECTORY], 0))).toBe('reached');
    expect(asked).toEqual(['directory: project/o/p']);
  });

  it('misses no move between question and wait', async () => {
    const { waiter, apply } = set();
    const started = Date.now();
    const waited = code(waiter.wait(at(A, 1), [RESOURCES], 5000));
    // The question is under way; it was answered with what was there before.
    apply(RESOURCES, A, { revision: revision(1) });
    expect(await waited).toBe('reached');
    expect(Date.now() - started).toBeLessThan(200);
  });

  it('waits for everything that a push wrote', async () => {
    const { waiter, apply, asked } = set();
    apply(RESOURCES, A, { revision: revision(1) });
    const waited = code(waiter.wait({ kind: 'push', push: pushId('known') }, [RESOURCES], 5000));
    await turn();
    apply(RESOURCES, B, { revision: revision(2) });
    expect(await waited).toBe('reached');
    expect(asked).toEqual([`resources: ${A} ${B}`, `resources: ${B}`]);
    expect(await code(waiter.wait({ kind: 'push', push: pushId('lost') }, [RESOURCES], 10))).toBe('PositionLost');
  });

  it('ends in time, says at once where a stream is parked, and where the service stops', async () => {
    const { waiter, apply, stop, listeners } = set();
    expect(await code(waiter.wait(at(A, 1), [RESOURCES], 20))).toBe('PositionNotReached');
    apply(RESOURCES, A, { revision: revision(2), parkedAt: revision(3) });
    expect(await code(waiter.wait(at(A, 3), [RESOURCES], 5000))).toBe('ParkedResource');
    expect(await code(waiter.wait(at(A, 2), [RESOURCES], 5000))).toBe('reached');
    const waited = code(waiter.wait(at(B, 1), [RESOURCES], 5000));
    await turn();
    stop.stop();
    expect(await waited).toBe('ServiceUnavailable');
    expect(listeners.size).toBe(0);
  });

  it('lets only so many wait', async () => {
    const { waiter, apply } = set({ HEADWATER_MAX_WAITERS: '2' });
    const waiting = [1, 2].map(() => code(waiter.wait(at(A, 1), [RESOURCES], 5000)));
    await turn();
    expect(await code(waiter.wait(at(A, 1), [RESOURCES], 5000))).toBe('PositionNotReached');
    apply(RESOURCES, A, { revision: revision(1) });
    expect(await Promise.all(waiting)).toEqual(['reached', 'reached']);
  });

  it('reads the position from the header, and takes only its own', async () => {
    const { waiter, apply, tokens } = set();
    const request = (value?: string) =>
      ({ headers: value === undefined ? {} : { 'headwater-wait-for': value } }) as unknown as FastifyRequest;
    expect(waiter.waitFor(request(), [RESOURCES])).toBeUndefined();
    apply(RESOURCES, A, { revision: revision(1) });
    expect(await code(waiter.waitFor(request(sealWritePosition(tokens, at(A, 1))), [RESOURCES]))).toBe('reached');
    for (const foreign of [
      'x',
      '',
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      sealWritePosition(new SealedTokens([{ id: 'k', secret: Buffer.alloc(32, 2) }]), at(A, 1)),
    ]) {
      await expect(async () => waiter.waitFor(request(foreign), [RESOURCES])).rejects.toMatchObject({ code: 'MalformedHeaderRejection' });
    }
  });
});
