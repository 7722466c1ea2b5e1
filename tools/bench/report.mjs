import { cpus, totalmem, release, type } from 'node:os';

const number = new Intl.NumberFormat('en');

/** @param {number | undefined} value */
export function figure(value) {
  if (value === undefined || Number.isNaN(value)) return '-';
  if (value >= 100) return number.format(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

/** Lines of a table with its columns aligned: the first to the left, the others to the right. @param {readonly (readonly string[])[]} rows */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '),
  );
}

export const machine = () =>
  `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()} ${release()}, Node ${process.version}`;

/**
 * A measured line: a work at an amount of data.
 * @typedef {object} Line
 * @property {string} title
 * @property {import('./statistics.mjs').Summary} headwater
 * @property {import('./statistics.mjs').Summary} [bare]
 * @property {number} [must]
 * @property {number} [aim]
 * @property {{ rate?: number, p99?: number }} [also]
 */

/** Rates, percentiles and CPU side by side. @param {readonly Line[]} lines */
export function detailTable(lines) {
  const head = ['', 'rate /s', 'p50 ms', 'p99 ms', 'cpu us', 'bare: rate /s', 'p50 ms', 'p99 ms', 'cpu us', 'rate ratio', 'cpu ratio'];
  const cells = (summary) => (summary ? [summary.rate, summary.p50, summary.p99, summary.cpu].map(figure) : ['-', '-', '-', '-']);
  return table([
    head,
    ...lines.map(({ title, headwater, bare }) => [
      title,
      ...cells(headwater),
      ...cells(bare),
      bare ? figure(headwater.rate / bare.rate) : '-',
      bare ? figure(headwater.cpu / bare.cpu) : '-',
    ]),
  ]);
}

/** What must be reached, what was, and how much of the bare baseline that is. @param {readonly Line[]} lines @param {readonly string[][]} others */
export function verdictTable(lines, others) {
  const rows = lines
    .filter(({ must }) => must !== undefined)
    .map(({ title, headwater, bare, must, aim, also }) => [
      `${title}, cpu us`,
      figure(must),
      figure(aim),
      figure(headwater.cpu),
      verdict(
        headwater.cpu <= must && (also?.rate ?? 0) <= headwater.rate && (also?.p99 ?? Infinity) >= headwater.p99,
        headwater.cpu <= aim,
      ),
      bare ? figure(headwater.cpu / bare.cpu) : '-',
    ]);
  return table([['', 'must', 'aim', 'measured', '', 'ratio to bare'], ...rows, ...others.map((row) => [...row])]);
}

/** @param {boolean} must @param {boolean} aim */
export function verdict(must, aim) {
  if (!must) return 'MISSED';
  return aim ? 'aim' : 'ok';
}
