import { planServices } from './plan.mjs';

describe('What runs where', () => {
  const plan = (counts, gateway = {}) => {
    let next = 20_000;
    const all = { projectors: 1, gateways: 1, commandServices: 1, ...counts };
    return planServices(all, { host: '127.0.0.1', port: 8080, freePort: async () => next++, ...gateway });
  };
  const settingsOf = (services) => services.map(({ settings }) => settings);

  it('names services by what they are, and numbers several of a kind', async () => {
    const { commandServices, projectors, gateways } = await plan({ projectors: 2 });
    expect([commandServices, projectors, gateways].flat().map(({ name }) => name)).toEqual([
      'command-service',
      'projector-1',
      'projector-2',
      'query-gateway',
    ]);
  });

  it('gives the first gateway the address that was asked for, and everything else a free port of this machine', async () => {
    const { commandServices, projectors, gateways } = await plan({ gateways: 2 }, { host: '0.0.0.0', port: 80 });
    expect(
      [commandServices, projectors, gateways].flat().map(({ settings }) => `${settings.HEADWATER_HOST}:${settings.HEADWATER_PORT}`),
    ).toEqual(['127.0.0.1:20000', '127.0.0.1:20001', '0.0.0.0:80', '0.0.0.0:20002']);
    expect(gateways[0].url).toBe('http://127.0.0.1:80');
  });

  it('lets all answers name the address of the first gateway, or the one that clients use', async () => {
    const two = await plan({ gateways: 2 });
    expect(settingsOf([...two.gateways, ...two.commandServices]).map((settings) => settings.HEADWATER_PUBLIC_URL)).toEqual(
      Array(3).fill('http://127.0.0.1:8080'),
    );
    const named = await plan({}, { publicUrl: 'https://data.example.org' });
    expect(settingsOf([...named.gateways, ...named.commandServices]).map((settings) => settings.HEADWATER_PUBLIC_URL)).toEqual(
      Array(2).fill('https://data.example.org'),
    );
  });

  it('spreads gateways over command-services', async () => {
    const { commandServices, gateways } = await plan({ gateways: 3, commandServices: 2 });
    const [first, second] = commandServices.map(({ url }) => url);
    expect(settingsOf(gateways).map((settings) => settings.HEADWATER_COMMAND_SERVICE_URL)).toEqual([first, second, first]);
  });

  it('puts an IPv6 address into brackets', async () => {
    const { gateways } = await plan({}, { host: '::1' });
    expect(gateways[0].url).toBe('http://[::1]:8080');
  });
});
