import { resolve } from 'node:path';
import { UsageError, nameOf, whichStore } from './which-store.mjs';

const url = 'mongodb://me:s3cret@db';

describe('The store that is meant', () => {
  it.each([
    ['nothing is said', {}, {}, { kind: 'folder', dataDir: resolve('./data') }],
    ['a folder is configured', {}, { HEADWATER_DATA_DIR: '/a' }, { kind: 'folder', dataDir: '/a' }],
    ['a folder is named', { 'data-dir': '/b' }, { HEADWATER_DATA_DIR: '/a', HEADWATER_MONGO_URL: url }, { kind: 'folder', dataDir: '/b' }],
    ['MongoDB is configured', {}, { HEADWATER_MONGO_URL: url }, { kind: 'mongo', url, database: 'headwater' }],
    [
      'all of MongoDB is configured',
      {},
      { HEADWATER_MONGO_URL: url, HEADWATER_MONGO_DATABASE: 'd' },
      { kind: 'mongo', url, database: 'd' },
    ],
    [
      'a database is named',
      { database: 'e' },
      { HEADWATER_MONGO_URL: url, HEADWATER_DATA_DIR: '/a' },
      { kind: 'mongo', url, database: 'e' },
    ],
    ['MongoDB is named', { 'mongo-url': url }, { HEADWATER_DATA_DIR: '/a' }, { kind: 'mongo', url, database: 'headwater' }],
  ])('is known where %s', (_, values, env, expected) => expect(whichStore(values, env)).toEqual(expected));

  it.each([
    ['both are named', { 'data-dir': '/a', 'mongo-url': url }, {}, /not both/],
    ['a folder and a database are named', { 'data-dir': '/a', database: 'd' }, { HEADWATER_MONGO_URL: url }, /not both/],
    ['both are configured', {}, { HEADWATER_MONGO_URL: url, HEADWATER_DATA_DIR: '/a' }, /say which is meant/],
    ['a database is named of no server', { database: 'd' }, {}, /needs --mongo-url/],
    ['MongoDB is named by no address', { 'mongo-url': 's3cret@db' }, {}, /begins with mongodb:/],
    ['a folder without a name is named', { 'data-dir': '' }, {}, /--data-dir is empty/],
  ])('is not known where %s', (_, values, env, expected) => {
    expect(() => whichStore(values, env)).toThrow(UsageError);
    expect(() => whichStore(values, env)).toThrow(expected);
  });

  it('is called by what is no secret', () => {
    expect(nameOf({ kind: 'mongo', url, database: 'd' })).toBe('the database d');
    expect(nameOf({ kind: 'folder', dataDir: '/a' })).toBe('/a');
  });
});
