import { writeFileSync } from 'node:fs';

/** Jest's global setup: leaves a note of the Node that runs the tests, for whoever has to be sure of it. */
export default function noteNodeVersion() {
  const file = process.env.HEADWATER_TEST_NODE_VERSION_FILE;
  if (file) writeFileSync(file, process.version);
}
