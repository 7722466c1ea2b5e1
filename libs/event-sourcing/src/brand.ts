declare const brand: unique symbol;

/** A primitive that only its own constructor functions make, so that a stream's name is never passed where an event id is meant. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** `entity/{org}/{project}/{iri}`, `project/{org}/{project}`, ...: kind first (design.md, Streams). */
export type StreamName = Brand<string, 'StreamName'>;

/** From 1, without gaps; 0 is the revision of a stream that has no event. */
export type Revision = Brand<number, 'Revision'>;

/** The revision a decision was loaded at: always the end of a commit, never a number that a client sent. */
export type Base = Brand<number, 'Base'>;

/** `{revision}-{random}`: with the stream's name, unique for ever. A repetition has the same id, a fork another one. */
export type EventId = Brand<string, 'EventId'>;

/** A partition of the log, from 0. */
export type Partition = Brand<number, 'Partition'>;

/** A place in one partition of the log, from 0; -1 lies before the first entry. */
export type Offset = Brand<number, 'Offset'>;

/** Names one life of the log: 64 random bits in hexadecimal. Offsets of two epochs cannot be compared. */
export type Epoch = Brand<string, 'Epoch'>;

export type ProjectionName = Brand<string, 'ProjectionName'>;
export type CommandId = Brand<string, 'CommandId'>;
export type PushId = Brand<string, 'PushId'>;

export const streamName = (name: string): StreamName => name as StreamName;
export const revision = (value: number): Revision => value as Revision;
export const eventId = (value: string): EventId => value as EventId;
export const partition = (value: number): Partition => value as Partition;
export const offset = (value: number): Offset => value as Offset;
export const epoch = (value: string): Epoch => value as Epoch;
export const projectionName = (value: string): ProjectionName => value as ProjectionName;
export const commandId = (value: string): CommandId => value as CommandId;
export const pushId = (value: string): PushId => value as PushId;

/** The base of a stream's next commit is the revision its newest commit ended at. */
export const baseAt = (end: Revision | 0): Base => end as number as Base;

export const NO_REVISION = 0 as Revision;
export const BEFORE_FIRST = -1 as Offset;
