import { describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '@headwater/event-sourcing';
import { MongoBulkWriteError, MongoNetworkError, MongoServerError, type BulkWriteResult } from 'mongodb';
import { connectMongo } from './database.js';
import { InvalidMongoUrl, MongoRefused, asking, mayHaveBeenSent, translated } from './errors.js';

const SECRET = 'what nobody should read in a log';

const server = (code: number, codeName: string): MongoServerError =>
  new MongoServerError({ message: SECRET, errmsg: SECRET, code, codeName });

describe('An error of the driver', () => {
  it.each([
    [10107, 'NotWritablePrimary'],
    [11600, 'InterruptedAtShutdown'],
    [64, 'WriteConcernFailed'],
    [50, 'MaxTimeMSExpired'],
  ])('%d %s means that the store is unavailable', (code, codeName) => {
    const error = translated(server(code, codeName));
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(String(error)).toContain(`${String(code)} (${codeName})`);
  });

  it('that is none of these is a refusal', () => {
    expect(translated(server(13, 'Unauthorized'))).toBeInstanceOf(MongoRefused);
  });

  it('that was caused by the network means that the store is unavailable', () => {
    const broken = new MongoNetworkError('connection 1 to a:1 closed');
    expect(translated(broken)).toBeInstanceOf(StoreUnavailable);
    // So does the driver itself, where it befalls a bulk write.
    expect(translated(new MongoBulkWriteError(broken, undefined as unknown as BulkWriteResult))).toBeInstanceOf(StoreUnavailable);
  });

  it('that is one of the socket, as which the driver gives a write to a server that has just gone, means the same', async () => {
    const ended = Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' });
    await expect(asking(() => Promise.reject(ended))).rejects.toBeInstanceOf(StoreUnavailable);
    expect(mayHaveBeenSent(ended)).toBe(true);
    const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    await expect(asking(() => Promise.reject(missing))).rejects.toBe(missing);
  });

  it('never gives away what was written', () => {
    for (const code of [11000, 10107]) {
      const error = translated(server(code, 'AnyCode'));
      expect(error).toBeInstanceOf(Error);
      expect(JSON.stringify([String(error), Object.entries(error as Error), (error as Error).cause])).not.toContain(SECRET);
    }
  });

  it('is the only one that is translated', async () => {
    const own = new RangeError('ours');
    await expect(asking(() => Promise.reject(own))).rejects.toBe(own);
    expect(await asking(async () => 'answer')).toBe('answer');
  });
});

describe('A request that failed', () => {
  it('was not sent where no connection was made', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { syscall: 'connect' });
    expect(mayHaveBeenSent(new MongoNetworkError('connect ECONNREFUSED', { cause: refused }))).toBe(false);
  });

  it('may have been sent where the connection broke, or the server gave up in the middle', () => {
    expect(mayHaveBeenSent(new MongoNetworkError('connection 1 to a:1 closed'))).toBe(true);
    expect(mayHaveBeenSent(server(11602, 'InterruptedDueToReplStateChange'))).toBe(true);
  });

  it('was not sent where it is an error of ours', () => {
    expect(mayHaveBeenSent(new RangeError('ours'))).toBe(false);
  });
});

describe('A URL', () => {
  it.each(['nonsense://user:secret@host', 'mongodb://user:secret@', 'mongodb://user:secret@host/?foo=1', 'mongodb://us:er:secret@host/'])(
    'that is none of MongoDB is refused without being repeated',
    async (url) => {
      const refusal = await connectMongo({ url, database: 'a', appName: 'test' }).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(InvalidMongoUrl);
      expect(String(refusal)).not.toContain('secret');
    },
  );
});
