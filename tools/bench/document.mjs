/** The documents of the benchmark: about 1,000 bytes of JSON-LD, four levels deep, an inline context of two terms, links to other documents. */

const base = 'https://herd.example/';
const breeds = ['Holstein', 'Jersey', 'Angus', 'Hereford', 'Ayrshire', 'Galloway', 'Dexter'];

/** The id of document n of a series. @param {string} series @param {number} n */
export const idOf = (series, n) => `${base}${series}/${n}`;

/** Five documents point to each of the first fifth of a series. */
export const targetOf = (n) => Math.floor(n / 5);

function members(series, n) {
  const day = String(1 + (n % 28)).padStart(2, '0');
  return {
    name: `Milk yield of cow ${n}`,
    description:
      'A lactation record as a milking parlour sends it twice a day, with the sample taken for the laboratory and the device that was used; quality figures follow once the laboratory has sent them.',
    recordedAt: `2026-03-${day}T05:${String(n % 60).padStart(2, '0')}:00Z`,
    relatesTo: { '@id': idOf(series, targetOf(n)) },
    subject: {
      '@type': 'Animal',
      identifier: `UK 121212 ${String(n).padStart(7, '0')}`,
      breed: breeds[n % breeds.length],
      location: {
        '@id': `${base}farm/${n % 97}`,
        '@type': 'Farm',
        name: `Farm ${n % 97}`,
        address: { '@type': 'Address', street: `${n % 300} Long Acre`, locality: 'Ceres', postalCode: `KY15 ${n % 9}QD`, country: 'GB' },
      },
    },
    measurement: [
      { '@type': 'Volume', value: (57 + (n % 40)) / 4, unit: 'litre' },
      { '@type': 'Percentage', property: 'fat', value: (39 + (n % 10)) / 10 },
      { '@type': 'Percentage', property: 'protein', value: (32 + (n % 7)) / 10 },
    ],
    device: { '@type': 'Device', serialNumber: `D-${1000 + (n % 900)}`, calibrated: true },
  };
}

/** What a client of the resources API sends. @param {string} series @param {number} n */
export function resource(series, n) {
  return JSON.stringify({
    '@context': { '@vocab': `${base}vocabulary/`, relatesTo: { '@type': '@id' } },
    '@id': idOf(series, n),
    '@type': 'MilkYield',
    ...members(series, n),
  });
}

/** The same as an item of a dataset, where the vocabulary is the project's. @param {string} series @param {number} n */
export function item(series, n) {
  return JSON.stringify({
    resourceType: 'MilkYield',
    id: idOf(series, n),
    ...members(series, n),
    meta: { modified: '2026-03-01T06:00:00Z' },
  });
}
