#!/usr/bin/env node
// Runs the distributed mode until it is told to stop. npm run start:distributed starts it, in a process group of its own: Ctrl-C on a terminal
// goes to a whole group, and services that end all at once do not end in order.
import { onStopAsked } from '../stop-signals.mjs';
import { launch, say } from '../workspace.mjs';
import { Distributed } from './distributed.mjs';
import { countsOf } from './options.mjs';

process.title = 'headwater distributed';

await launch(async () => {
  const distributed = new Distributed(countsOf(process.argv.slice(2)), process.env);
  const stopAsked = Promise.withResolvers();
  let asked = 0;
  const off = onStopAsked(() => {
    asked += 1;
    if (asked > 1) return distributed.kill();
    say('stopping (once more: at once)');
    stopAsked.resolve();
    // Parts that are being started are ended, too.
    void distributed.stop();
  });
  let failure;
  try {
    console.log(await distributed.start());
    await stopAsked.promise;
  } catch (error) {
    if (asked === 0) failure = error;
  }
  const killed = await distributed.stop();
  off();
  if (killed.length > 0) say(`had to be killed: ${killed.join(', ')}`);
  if (failure) throw failure;
  return killed.length > 0 ? 1 : 0;
});
