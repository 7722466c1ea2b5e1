import { BoundedMap } from './bounded-map.js';

describe('A bounded map', () => {
  it('keeps no more than its bound', () => {
    const map = new BoundedMap<number, number>(100);
    for (let key = 0; key < 1000; key += 1) map.set(key, key);
    const kept = Array.from({ length: 1000 }, (_, key) => map.get(key)).filter((value) => value !== undefined);
    expect(kept.length).toBeLessThanOrEqual(100);
    expect(kept.length).toBeGreaterThan(0);
  });

  it('keeps what is asked for again and again', () => {
    const map = new BoundedMap<string, number>(10);
    map.set('wanted', 1);
    for (let key = 0; key < 1000; key += 1) {
      map.set(String(key), key);
      expect(map.get('wanted')).toBe(1);
    }
  });

  it('gives the newest value, also of a key that it had before', () => {
    const map = new BoundedMap<string, number>(4);
    map.set('a', 1);
    map.set('b', 1);
    map.set('a', 2);
    map.set('c', 1);
    expect(map.get('a')).toBe(2);
    map.clear();
    expect(map.get('a')).toBeUndefined();
  });
});
