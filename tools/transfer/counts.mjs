const number = new Intl.NumberFormat('en');

/** How much was moved, for a person. @param {import('@headwater/transfer').ExportCounts} counts */
export const countsOf = ({ commits, events, receipts }) =>
  `commits: ${number.format(commits)}, events: ${number.format(events)}, receipts of pushes: ${number.format(receipts)}`;
