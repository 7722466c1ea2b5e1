import fc from 'fast-check';
import type { Iri, JsonObject } from '@headwater/linked-data';
import { renderChangedItem, type ChangedRow } from './changed-item.js';

const modified = '2026-11-24T10:00:00.000Z';
const row: ChangedRow = { id: 'https://example.org/base/x' as Iri, rev: 3, deprecated: false, modified };
const byId: ChangedRow = { ...row, identity: { kind: 'id', id: 'x' } };
const render = (source: string, more: Partial<ChangedRow> = {}): string => renderChangedItem({ ...row, ...more }, source);
const parsed = (source: string, more: Partial<ChangedRow> = {}): JsonObject => JSON.parse(render(source, more)) as JsonObject;

describe('An item of a changes feed', () => {
  it("is the source's own text, with what it lacks in front", () => {
    expect(render('{ "b":12345678901234567890,\n"a":1.10 }')).toBe(
      `{"id":"https://example.org/base/x","_rev":3,"meta":{"modified":"${modified}"}, "b":12345678901234567890,\n"a":1.10 }`,
    );
    expect(render('{}')).toBe(`{"id":"https://example.org/base/x","_rev":3,"meta":{"modified":"${modified}"}}`);
  });

  it('has the id as pushed, where that was its identity', () => {
    expect(renderChangedItem(byId, '{"name":"n","id":"x"}')).toBe(`{"_rev":3,"meta":{"modified":"${modified}"},"name":"n","id":"x"}`);
  });

  it("has the resource's IRI for its id otherwise, once", () => {
    const identity = { kind: 'source', source: 's', sourceId: 'i' } as const;
    expect(parsed('{"id":"own","meta":{"source":"s","sourceId":"i","modified":"then"}}', { identity })).toEqual({
      id: row.id,
      _rev: 3,
      meta: { source: 's', sourceId: 'i', modified: 'then' },
    });
    expect(render('{"id":1,"a":2,"\\u0069d":3}')).toBe(`{"_rev":3,"meta":{"modified":"${modified}"},"a":2,"\\u0069d":"${row.id}"}`);
    expect(parsed('{"id":1,"a":2,"\\u0069d":3}')).toMatchObject({ id: row.id, a: 2 });
  });

  it('is a tombstone where the resource is deprecated', () => {
    expect(parsed('{"a":1}', { deprecated: true })).toMatchObject({ a: 1, meta: { isDeleted: true, modified } });
    expect(parsed('{"meta":{}}', { deprecated: true })).toMatchObject({ meta: { isDeleted: true, modified } });
    expect(parsed('{"meta":{"isDeleted":false,"modified":"then"}}', { deprecated: true })).toMatchObject({
      meta: { isDeleted: true, modified: 'then' },
    });
    expect(parsed('{"meta":"text"}', { deprecated: true })).toMatchObject({ meta: { isDeleted: true } });
  });

  it('never says deleted of one that is not', () => {
    expect(parsed('{"meta":{"isDeleted":true}}')).toMatchObject({ meta: { isDeleted: false } });
    expect(parsed('{"meta":{"isDeleted":"false"}}')).toMatchObject({ meta: { isDeleted: 'false' } });
    expect(parsed('{"meta":{"source":"s"}}')).toMatchObject({ meta: { source: 's', modified } });
    expect(parsed('{"meta":{}}')['meta']).toEqual({ modified });
    expect(parsed('{"meta":"text"}')).toMatchObject({ meta: 'text' });
  });

  it('leaves user data alone, however much it looks like ours', () => {
    const source = '{"note":"{\\"id\\":\\"x\\",\\"meta\\":{}}","inner":{"id":1,"meta":{"isDeleted":true},"_rev":9}}';
    expect(parsed(source)).toMatchObject(JSON.parse(source) as JsonObject);
  });

  const member = fc.tuple(
    fc.oneof(fc.string(), fc.constantFrom('id', '_rev', 'meta', 'isDeleted', 'modified', '__proto__')),
    fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .array(fc.tuple(fc.constantFrom('isDeleted', 'modified', 'source', 'x'), fc.constantFrom('true', 'false', '"t"', 'null', '1.0')))
        .map(object),
    ),
  );
  function object(members: readonly (readonly [string, string])[]): string {
    return `{${members.map(([key, value]) => ` ${JSON.stringify(key)} : ${value}`).join(' ,')} }`;
  }

  it('is valid, says what it must, and has each of our members once, whatever the source is', () => {
    fc.assert(
      fc.property(fc.array(member, { maxLength: 8 }).map(object), fc.boolean(), (source, deprecated) => {
        const item = parsed(source, { deprecated });
        const before = JSON.parse(source) as JsonObject;
        expect(item).toMatchObject({ id: row.id, _rev: 3 });
        const meta = item['meta'];
        if (typeof meta === 'object' && meta !== null && !Array.isArray(meta)) {
          expect((meta as JsonObject)['isDeleted'] === true).toBe(deprecated);
          expect(Object.keys(meta)).toContain('modified');
        } else expect(deprecated).toBe(false);
        for (const key of Object.keys(before)) {
          if (!['id', '_rev', 'meta'].includes(key)) expect(item[key]).toEqual(before[key]);
        }
        // Rendering what was rendered changes nothing: members are replaced, never added again.
        expect(render(render(source, { deprecated }), { deprecated })).toBe(render(source, { deprecated }));
      }),
      { numRuns: 1000 },
    );
  });
});
