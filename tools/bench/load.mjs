import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMicros } from '../lib/process-usage.mjs';
import { textOf, Wire } from '../lib/wire.mjs';

/**
 * A server under load.
 * @typedef {object} Target
 * @property {string} name
 * @property {Pick<import('../lib/service.mjs').Service, 'url' | 'pid'> & { pids?: readonly number[] }} service several processes, where it is made of such
 * @property {() => Promise<void>} settle Waits until everything that was acknowledged is in every projection.
 * @property {number} idle CPU microseconds per second when nobody asks for anything.
 */

/**
 * A kind of request to repeat.
 * @typedef {object} Load
 * @property {number} connections
 * @property {(connection: number) => Buffer | undefined} next The next request of a connection; undefined ends it.
 * @property {number} status The only answer that counts as success; any other ends the benchmark.
 * @property {(answer: import('../lib/wire.mjs').Answer) => number} [count] Operations in an answer; 1 where not given.
 */

/** Measures CPU around something. @param {Target} target @param {() => Promise<T>} work @template T */
export async function withCpu(target, work) {
  const start = performance.now();
  const before = cpuOf(target);
  const result = await work();
  await target.settle();
  const seconds = (performance.now() - start) / 1000;
  return { result, cpuMicros: Math.max(0, cpuOf(target) - before - target.idle * seconds) };
}

/** CPU microseconds per second of a server that has nothing to do. @param {Target} target */
export async function idleCpu(target, ms = 2000) {
  const before = cpuOf(target);
  await sleep(ms);
  return ((cpuOf(target) - before) * 1000) / ms;
}

const cpuOf = ({ service: { pid, pids = [pid] } }) => pids.reduce((sum, one) => sum + cpuMicros(one), 0);

/** Repeats requests on every connection for a while, one after the other. @param {Target} target @param {Load} load @param {number} ms */
export async function repeat(target, load, ms) {
  const wires = await openWires(target, load.connections);
  const latencies = [];
  let operations = 0;
  const start = performance.now();
  const end = start + ms;
  const drive = (wire, index) =>
    new Promise((resolve, reject) => {
      const go = () => {
        const request = performance.now() < end ? load.next(index) : undefined;
        if (!request) return resolve();
        const sent = performance.now();
        wire.send(request, (error, answer) => {
          if (error) return reject(error);
          if (answer.status !== load.status) return reject(unexpected(target, request, answer));
          latencies.push(performance.now() - sent);
          operations += load.count?.(answer) ?? 1;
          go();
        });
      };
      go();
    });
  await Promise.all(wires.map(drive));
  const seconds = (performance.now() - start) / 1000;
  for (const wire of wires) wire.close();
  return { operations, seconds, latencies: Float64Array.from(latencies).sort() };
}

/** One round: the load, then the waiting for projections, both on the CPU clock. @returns {Promise<import('./statistics.mjs').Round>} */
export async function round(target, load, ms) {
  const { result, cpuMicros: used } = await withCpu(target, () => repeat(target, load, ms));
  return { ...result, cpuMicros: used };
}

export const openWires = (target, count) =>
  Promise.all(Array.from({ length: count }, () => Wire.open(target.service.url.hostname, Number(target.service.url.port))));

/** @param {Target} target @param {Buffer} request */
export async function askOnce(target, request, status = 200) {
  const [wire] = await openWires(target, 1);
  const answer = await wire.ask(request);
  wire.close();
  if (answer.status !== status) throw unexpected(target, request, answer);
  return answer;
}

export function unexpected(target, request, answer) {
  const [line] = request.latin1Slice(0, 300).split('\r\n');
  return new Error(`${target.name} answered ${answer.status} to ${line}: ${textOf(answer).slice(0, 500)}`);
}
