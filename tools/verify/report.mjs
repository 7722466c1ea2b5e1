const count = new Intl.NumberFormat('en');

/**
 * What was checked and found, for a person.
 * @param {import('@headwater/sqlite').VerificationReport} report @returns {readonly string[]}
 */
export function linesOf({ ok, epoch, events, streams, projections, problems, moreProblems }) {
  const width = Math.max(...projections.map(({ name }) => name.length));
  return [
    `log         ${count.format(events)} events of ${count.format(streams)} streams, epoch ${epoch}: offsets, revisions, commits, states, receipts`,
    ...projections.map(
      ({ name, watermark, lines, digest, expectedDigest, parked }) =>
        `projection  ${name.padEnd(width)}  ${count.format(lines)} lines at ${watermark}, ` +
        `${digest === expectedDigest ? `as replayed (${digest.slice(0, 12)})` : `${digest.slice(0, 12)}, but the replay gives ${expectedDigest.slice(0, 12)}`}` +
        `${parked > 0 ? `, ${count.format(parked)} streams parked` : ''}`,
    ),
    ...problems.map((problem) => `problem     ${problem}`),
    ...(moreProblems > 0 ? [`problem     and ${count.format(moreProblems)} more`] : []),
    ok ? 'All is well.' : `${count.format(problems.length + moreProblems)} problems.`,
  ];
}

/** What is wrong; nothing where all is well. @param {import('@headwater/sqlite').VerificationReport} report @returns {readonly string[]} */
export function problemsOf({ ok, problems, moreProblems, projections }) {
  const parked = projections.filter((one) => one.parked > 0).map(({ name, parked: streams }) => `${name} has parked ${streams} streams`);
  const differing = projections
    .filter((one) => one.digest !== one.expectedDigest)
    .map(({ name }) => `the digest of ${name} is not that of a replay`);
  const more = moreProblems > 0 ? [`and ${moreProblems} more problems`] : [];
  const found = [...problems, ...more, ...differing, ...parked];
  return found.length > 0 || ok ? found : ['the folder is not well, but it is not said why'];
}
