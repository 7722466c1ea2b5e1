import { Inject, Injectable } from '@nestjs/common';
import { TokenRefused, openFeedPosition, sealFeedPosition, type FeedPosition, type SealedTokens } from '@headwater/event-sourcing';
import { Problem, SEALED_TOKENS } from '@headwater/platform';

const PURPOSE = 'changes';
/** Of the representation: a token belongs to it, to the dataset, and to nothing else (datasets.md, ruling 18). */
const REPRESENTATION = 'resources';
/** The part of a token that authenticates all of it. */
const MAC_CHARACTERS = 16;

/** Tokens of changes feeds (datasets.md 6.4). The same position of the same dataset gives the same token. */
@Injectable()
export class ChangeTokens {
  constructor(@Inject(SEALED_TOKENS) private readonly tokens: SealedTokens) {}

  seal(dataset: string, position: FeedPosition): string {
    return sealFeedPosition(this.tokens, PURPOSE, `${dataset}|${REPRESENTATION}`, position);
  }

  /** @throws Problem invalid-token for one that is malformed, not ours, or of another feed */
  open(dataset: string, token: string): FeedPosition {
    try {
      return openFeedPosition(this.tokens, PURPOSE, `${dataset}|${REPRESENTATION}`, token);
    } catch (error) {
      if (error instanceof TokenRefused) throw new Problem('invalid-token', error.message);
      throw error;
    }
  }

  /** The ETag of the page that has nothing but this token. */
  static etag(token: string): string {
    return `"c1${token.slice(0, MAC_CHARACTERS)}"`;
  }
}
