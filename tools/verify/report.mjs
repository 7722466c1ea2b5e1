const count = new Intl.NumberFormat('en');

/**
 * What was checked and found, for a person.
 * @typedef {import('@headwater/sqlite').VerificationReport | import('@headwater/verification').VerificationReport} Report
 * @param {Report} report @returns {readonly string[]}
 */
export function linesOf(report) {
  const { ok, projections, problems, moreProblems } = report;
  const width = Math.max(...projections.map(({ name }) => name.length));
  return [
    `log         ${logLine(report)}`,
    ...projections.map(
      ({ name, watermark, applied, behind, lines, digest, expectedDigest, parked }) =>
        `projection  ${name.padEnd(width)}  ${count.format(lines)} lines ${watermark === undefined ? after(applied, behind) : `at ${watermark}`}, ` +
        `${digest === expectedDigest ? `as replayed (${digest.slice(0, 12)})` : `${digest.slice(0, 12)}, but the replay gives ${expectedDigest.slice(0, 12)}`}` +
        `${parked > 0 ? `, ${count.format(parked)} streams parked` : ''}`,
    ),
    ...problems.map((problem) => `problem     ${problem}`),
    ...(moreProblems > 0 ? [`problem     and ${count.format(moreProblems)} more`] : []),
    ok ? 'All is well.' : `${count.format(problems.length + moreProblems)} problems.`,
  ];
}

function logLine({ events, streams, epoch, unpublished, repetitions }) {
  const head = `${count.format(events)} events of ${count.format(streams)} streams, epoch ${epoch}`;
  if (unpublished === undefined) return `${head}: offsets, revisions, commits, states, receipts`;
  return `${head}, ${count.format(unpublished)} to publish, ${count.format(repetitions)} repeated: offsets, revisions, commits, states`;
}

const after = (applied, behind) => `after ${count.format(applied)} entries${behind === 0 ? '' : `, ${count.format(behind)} behind`}`;

/** What is wrong; nothing where all is well. @param {Report} report @returns {readonly string[]} */
export function problemsOf({ ok, problems, moreProblems, projections }) {
  const parked = projections.filter((one) => one.parked > 0).map(({ name, parked: streams }) => `${name} has parked ${streams} streams`);
  const differing = projections
    .filter((one) => one.digest !== one.expectedDigest)
    .map(({ name }) => `the digest of ${name} is not that of a replay`);
  const more = moreProblems > 0 ? [`and ${moreProblems} more problems`] : [];
  const found = [...problems, ...more, ...differing, ...parked];
  return found.length > 0 || ok ? found : ['something is not well, but it is not said what'];
}
