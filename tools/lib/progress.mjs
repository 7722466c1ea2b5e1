import { Presets, SingleBar } from 'cli-progress';

/**
 * Shows how far something is: a bar with rate and time left on a terminal, a plain line per tenth elsewhere.
 * @param {string} title @param {number} total @param {NodeJS.WriteStream} [output]
 */
export function progress(title, total, output = process.stdout) {
  const start = performance.now();
  const rate = (done) => Math.round((done * 1000) / Math.max(1, performance.now() - start));
  if (!output.isTTY) return plain(title, total, rate, output);
  const bar = new SingleBar(
    { format: `   ${title} {bar} {percentage} % {value}/{total}, {rate}/s, {eta} s left`, hideCursor: true, stream: output },
    Presets.rect,
  );
  bar.start(total, 0, { rate: 0 });
  return {
    /** @param {number} done */
    update: (done) => bar.update(done, { rate: rate(done) }),
    stop: () => bar.stop(),
  };
}

function plain(title, total, rate, output) {
  let shown = 0;
  return {
    update: (done) => {
      const tenth = total === 0 ? 10 : Math.floor((done * 10) / total);
      if (tenth <= shown) return;
      shown = tenth;
      output.write(`   ${title} ${tenth * 10} % (${done}/${total}, ${rate(done)}/s)\n`);
    },
    stop: () => {},
  };
}
