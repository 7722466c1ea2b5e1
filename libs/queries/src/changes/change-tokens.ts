import { Inject, Injectable } from '@nestjs/common';
import { TokenRefused, openFeedPosition, sealFeedPosition, type FeedPosition, type SealedTokens } from '@headwater/event-sourcing';
import { Problem, SEALED_TOKENS } from '@headwater/platform';

const PURPOSE = 'changes';
/** Of the representation: a token belongs to it, to the dataset, and to nothing else (datasets.md, ruling 18). */
const REPRESENTATION = 'resources';
/** The part of a token that authenticates all of it. */
const MAC_CHARACTERS = 16;
const REMEMBERED = 1000;
const LONGEST_REMEMBERED = 2000;

/** What a token stands for. */
export interface OpenedToken {
  readonly position: FeedPosition;
  /** The token as it was issued, however it was sent. */
  readonly token: string;
}

/** Tokens of changes feeds (datasets.md 6.4). The same position of the same dataset gives the same token. */
@Injectable()
export class ChangeTokens {
  /** What tokens that were sent lately stand for: whoever polls sends the same one again and again. */
  readonly #opened = new Map<string, OpenedToken>();

  constructor(@Inject(SEALED_TOKENS) private readonly tokens: SealedTokens) {}

  seal(dataset: string, position: FeedPosition): string {
    return sealFeedPosition(this.tokens, PURPOSE, `${dataset}|${REPRESENTATION}`, position);
  }

  /** @throws Problem invalid-token for one that is malformed, not ours, or of another feed */
  open(dataset: string, token: string): OpenedToken {
    const key = `${dataset}|${token}`;
    const known = this.#opened.get(key);
    if (known !== undefined) return known;
    const position = this.#open(dataset, token);
    const opened = { position, token: this.seal(dataset, position) };
    if (this.#opened.size >= REMEMBERED) this.#opened.clear();
    if (token.length <= LONGEST_REMEMBERED) this.#opened.set(key, opened);
    return opened;
  }

  #open(dataset: string, token: string): FeedPosition {
    try {
      return openFeedPosition(this.tokens, PURPOSE, `${dataset}|${REPRESENTATION}`, token);
    } catch (error) {
      if (error instanceof TokenRefused) throw new Problem('invalid-token', error.message);
      throw error;
    }
  }

  /** The ETag of the page that has nothing but this token, as the media type with this mark. */
  static etag(token: string, mark: string): string {
    return `"c1${mark}${token.slice(0, MAC_CHARACTERS)}"`;
  }
}
