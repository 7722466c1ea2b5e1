export { renderChangedItem, type ChangedRow } from './changed-item.js';
export { contentHash } from './content-hash.js';
export { InvalidItem } from './invalid-item.js';
export { identityOf, iriOf } from './item-identity.js';
export { MalformedPush, TooManyItems, pushedItems, type Outcome, type PushRequest, type PushedItem } from './push-body.js';
