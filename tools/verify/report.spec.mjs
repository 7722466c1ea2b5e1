import { linesOf, problemsOf } from './report.mjs';

const projection = { name: 'links', watermark: 9, lines: 12, digest: 'abc', expectedDigest: 'abc', parked: 0 };
const well = { ok: true, epoch: 'e', events: 1234, streams: 5, projections: [projection], problems: [], moreProblems: 0 };

describe('A report on a data folder', () => {
  it('says what was checked', () => {
    expect(linesOf(well)).toEqual([
      'log         1,234 events of 5 streams, epoch e: offsets, revisions, commits, states, receipts',
      'projection  links  12 lines at 9, as replayed (abc)',
      'All is well.',
    ]);
    expect(problemsOf(well)).toEqual([]);
  });

  it('says what is wrong', () => {
    const bad = {
      ...well,
      ok: false,
      projections: [{ ...projection, expectedDigest: 'def', parked: 2 }],
      problems: ['links differs'],
      moreProblems: 3,
    };
    expect(linesOf(bad).slice(1)).toEqual([
      'projection  links  12 lines at 9, abc, but the replay gives def, 2 streams parked',
      'problem     links differs',
      'problem     and 3 more',
      '4 problems.',
    ]);
    expect(problemsOf(bad)).toEqual([
      'links differs',
      'and 3 more problems',
      'the digest of links is not that of a replay',
      'links has parked 2 streams',
    ]);
  });

  it('never takes a folder that is not well for one that is', () => expect(problemsOf({ ...well, ok: false })).not.toEqual([]));
});
