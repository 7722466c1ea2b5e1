import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { TokenKey } from './event-store.js';

export type TokenFault = 'malformed' | 'foreign' | 'other binding';

/** A token that this service did not issue, or issued for something else. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  constructor(readonly fault: TokenFault) {
    super(`The token is ${fault === 'other binding' ? 'of another feed, filter or representation' : fault}.`);
  }
}

const MAC_BYTES = 12;
/** A dot would end it within a token. */
const KEY_ID = /^[\w-]+$/;

/** In one pass: the regular expression for it looks at every run of `=` again and again. */
function withoutPadding(token: string): string {
  let end = token.length;
  while (token.charAt(end - 1) === '=') end -= 1;
  return token.slice(0, end);
}

/** Every answer to a write has a token: preparing the secret anew takes five times as long as the MAC. */
interface PreparedKey {
  readonly id: string;
  readonly secret: KeyObject;
}

const prepared = ({ id, secret }: TokenKey): PreparedKey => ({ id, secret: createSecretKey(secret) });

/**
 * Opaque texts that clients hold for us and cannot change: base64url of `{version}{key id}.{binding hash}.{payload}` and a MAC over purpose
 * and text. Keys live in the event store; old ones are kept for opening.
 */
export class SealedTokens {
  readonly #keys: ReadonlyMap<string, PreparedKey>;
  readonly #current: PreparedKey;

  constructor(keys: readonly [TokenKey, ...TokenKey[]]) {
    for (const { id } of keys) if (!KEY_ID.test(id)) throw new Error('The id of a token key is made of letters, digits, - and _.');
    this.#current = prepared(keys[0]);
    this.#keys = new Map(keys.map((key) => [key.id, prepared(key)]));
  }

  seal(purpose: string, binding: string, payload: string): string {
    const body = Buffer.from(`1${this.#current.id}.${binding === '' ? '' : this.#bindingHash(this.#current, binding)}.${payload}`, 'utf8');
    return Buffer.concat([this.#mac(this.#current, purpose, body), body]).toString('base64url');
  }

  /** @throws TokenRefused. Sloppy clients' padding, standard base64 and `+` that became a blank are accepted. */
  open(purpose: string, binding: string, token: string): string {
    const text = withoutPadding(token).replaceAll(' ', '+').replaceAll('+', '-').replaceAll('/', '_');
    if (!/^[\w-]+$/.test(text)) throw new TokenRefused('malformed');
    const bytes = Buffer.from(text, 'base64url');
    // Only the one text that was issued stands for these bytes: a last character may have bits that decode to nothing.
    if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== text) throw new TokenRefused('malformed');
    const body = bytes.subarray(MAC_BYTES);
    const plain = body.toString('utf8');
    const [head = '', bound = ''] = plain.split('.', 2);
    const key = this.#keys.get(head.slice(1));
    if (!head.startsWith('1') || key === undefined) throw new TokenRefused('foreign');
    if (!timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.#mac(key, purpose, body))) throw new TokenRefused('foreign');
    if (bound !== (binding === '' ? '' : this.#bindingHash(key, binding))) throw new TokenRefused('other binding');
    return plain.slice(head.length + bound.length + 2);
  }

  #mac(key: PreparedKey, purpose: string, body: Uint8Array): Buffer {
    return createHmac('sha256', key.secret).update(purpose).update('\0').update(body).digest().subarray(0, MAC_BYTES);
  }

  readonly #bindings = new Map<string, string>();

  #bindingHash(key: PreparedKey, binding: string): string {
    const cached = this.#bindings.get(`${key.id}.${binding}`);
    if (cached !== undefined) return cached;
    const hash = createHmac('sha256', key.secret).update('binding\0').update(binding).digest('base64url').slice(0, 8);
    if (this.#bindings.size >= 1000) this.#bindings.clear();
    this.#bindings.set(`${key.id}.${binding}`, hash);
    return hash;
  }
}
