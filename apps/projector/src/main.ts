import { enableCompileCache } from 'node:module';

process.title = 'headwater projector';
// What was compiled at the last start need not be compiled again: hence nothing else is imported before this.
enableCompileCache();
const { run } = await import('./run.js');
await run(process.env);
