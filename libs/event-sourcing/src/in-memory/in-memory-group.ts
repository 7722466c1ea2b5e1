import type { Offset, Partition } from '../brand.js';
import type { GroupMember } from '../event-log.js';

/** A group that deals partitions out anew, evenly, whenever somebody comes, goes or dies. */
export class InMemoryGroup {
  readonly reported = new Map<Partition, Offset>();
  #partitions: readonly Partition[];
  #members: readonly InMemoryGroupMember[] = [];

  constructor(partitions: readonly Partition[]) {
    this.#partitions = partitions;
  }

  join(): InMemoryGroupMember {
    const member = new InMemoryGroupMember(this);
    this.#members = [...this.#members, member];
    this.#deal();
    return member;
  }

  /** A member is not heard of any more. It is not told: it goes on with what it had, as a process does that was stopped (a zombie). */
  lose(member: InMemoryGroupMember): void {
    this.#members = this.#members.filter((one) => one !== member);
    this.#deal();
  }

  /** Partitions were added. */
  grow(partitions: readonly Partition[]): void {
    this.#partitions = partitions;
    this.#deal();
  }

  #deal(): void {
    this.#members.forEach((member, index) => {
      member.assign(this.#partitions.filter((_, place) => place % this.#members.length === index));
    });
  }
}

export class InMemoryGroupMember implements GroupMember {
  readonly #group: InMemoryGroup;
  readonly #listeners = new Set<() => void>();
  #assigned: readonly Partition[] = [];

  constructor(group: InMemoryGroup) {
    this.#group = group;
  }

  get assigned(): readonly Partition[] {
    return this.#assigned;
  }

  /** For the group. */
  assign(partitions: readonly Partition[]): void {
    this.#assigned = partitions;
    for (const listener of this.#listeners) listener();
  }

  onAssigned(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async report(watermarks: ReadonlyMap<Partition, Offset>): Promise<void> {
    for (const [partition, offset] of watermarks) this.#group.reported.set(partition, offset);
  }

  async leave(): Promise<void> {
    this.#assigned = [];
    this.#group.lose(this);
  }
}
