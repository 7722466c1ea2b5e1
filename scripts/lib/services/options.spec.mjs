import { countsOf } from './options.mjs';

describe('What start:distributed is told', () => {
  it('is one of each where nothing is said', () => expect(countsOf([])).toEqual({ projectors: 1, gateways: 1, commandServices: 1 }));

  it('is how many of each', () =>
    expect(countsOf(['--projectors', '3', '--gateways=2', '--command-services', '2'])).toEqual({
      projectors: 3,
      gateways: 2,
      commandServices: 2,
    }));

  it.each([['0'], ['33'], ['1.5'], ['-1'], ['many'], ['']])('is refused where it is no number of services: %j', (text) =>
    expect(() => countsOf([`--projectors=${text}`])).toThrow('--projectors must be a number from 1 to 32.'),
  );

  it.each([['--projector'], ['3'], ['--projectors']])('is refused with the usage where it is not understood: %s', (arg) =>
    expect(() => countsOf([arg])).toThrow(/usage: npm run start:distributed \[-- --projectors N/),
  );
});
