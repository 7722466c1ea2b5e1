export { EXAMPLE_PROJECT, EXAMPLE_SCHEMA, exampleContent, exampleIdentity, type ExampleDocument } from './example-content.js';
export { goldenEvent } from './golden-events.js';
