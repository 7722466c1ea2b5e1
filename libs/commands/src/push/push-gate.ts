import { Injectable } from '@nestjs/common';
import { HeadwaterConfig } from '@headwater/platform';
import { rejection } from '@headwater/representations';

/** How many of the largest pushes may be worked on at one time: each takes some twenty times its size until it is stored. */
const LARGEST_AT_ONCE = 2;

/** Bounds what pushes keep in memory together (design.md, invariant 7): beyond it the answer is 503, to be tried again. */
@Injectable()
export class PushGate {
  #bytes = 0;

  constructor(private readonly config: HeadwaterConfig) {}

  /** @throws Rejection ServiceUnavailable; what the work throws. */
  async within<Result>(bytes: number, work: () => Promise<Result>): Promise<Result> {
    if (this.#bytes > 0 && this.#bytes + bytes > LARGEST_AT_ONCE * this.config.pushMaxBytes) {
      throw rejection('ServiceUnavailable', 'Too much is being pushed at this moment. Nothing was stored: try again.');
    }
    this.#bytes += bytes;
    try {
      return await work();
    } finally {
      this.#bytes -= bytes;
    }
  }
}
