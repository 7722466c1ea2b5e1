import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toDot } from './dot.js';
import { toNQuads, toNTriples } from './rdf.js';
import { iri, read } from './testing/read.js';

const V = '"@context":{"@vocab":"https://v.org/","typed":{"@type":"http://www.w3.org/2001/XMLSchema#integer"},"any":{"@type":"@json"}}';
const XSD = 'http://www.w3.org/2001/XMLSchema#';

describe('A number that a double cannot hold', () => {
  it('keeps its digits in every form', async () => {
    const document = await read(
      `{${V},"a":12345678901234567890,"b":[0.1234567890123456789,{"c":-98765432109876543210}],"typed":12345678901234567891,"any":{"x":12345678901234567892},"d":1,"e":"12345678901234567893"}`,
    );
    expect(document.expanded).toContain('"https://v.org/a":[{"@value":12345678901234567890}]');
    expect(document.expanded).toContain(`[{"@type":"${XSD}integer","@value":12345678901234567891}]`);
    expect(document.compacted).toContain('"a":12345678901234567890');
    expect(document.compacted).toContain('"b":[0.1234567890123456789,{"c":-98765432109876543210}]');
    expect(document.compacted).toContain('"typed":12345678901234567891');
    expect(document.compacted).toContain('"any":{"x":12345678901234567892}');
    const quads = toNQuads(document.expanded);
    expect(quads).toContain(`<https://v.org/a> "12345678901234567890"^^<${XSD}integer> .`);
    expect(quads).toContain(`"0.1234567890123456789"^^<${XSD}decimal>`);
    expect(quads).toContain(`"12345678901234567891"^^<${XSD}integer>`);
    expect(quads).toContain('"{\\"x\\":12345678901234567892}"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON>');
    expect(quads).toContain('"12345678901234567893" .');
    expect(toDot(document.expanded, iri('https://x.org/a'))).toContain('-> 12345678901234567890 [label');
  });

  it('is a double in RDF where it is written as one', async () => {
    const document = await read(`{${V},"a":1.23456789012345678e10}`);
    expect(toNTriples(document.expanded)).toContain(`"1.23456789012345678e10"^^<${XSD}double>`);
  });

  it('keeps ordinary numbers by value', async () => {
    const document = await read(`{${V},"a":12345678901234567890,"c":1.10,"d":-0,"e":1E2,"f":1e30}`);
    expect(document.compacted).toContain('"c":1.1,"d":0,"e":100,"f":1e+30');
  });

  it('does so wherever and however often it stands', async () => {
    const digits = fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.bigInt({ min: 10n ** 16n, max: 10n ** 40n }),
        fc.constantFrom('1', '.5', '.000000000000000000001'),
      )
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(digits, { minLength: 1, maxLength: 8 }), async (numbers) => {
        const text = `{${V},"first":${numbers[0]},"all":[${numbers.join(',')}],"more":{"in":{"@list":[${numbers.join(',')}]}}}`;
        const document = await read(text);
        expect(document.compacted).toContain(`"all":${numbers.length === 1 ? numbers[0] : `[${numbers.join(',')}]`}`);
        expect(document.compacted).toContain(`"@list":[${numbers.join(',')}]`);
        for (const number of numbers) expect(toNQuads(document.expanded)).toContain(`"${number}"^^`);
      }),
      { numRuns: 100 },
    );
  });
});
