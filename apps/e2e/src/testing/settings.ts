export type Settings = Readonly<Record<`HEADWATER_${string}`, string>>;

/** Where a service keeps what it is told, from one start to the next. */
export interface TestStorage {
  /** A folder, or the name of a database. */
  readonly name: string;
  remove(): Promise<void>;
}

/** A service that has been started. */
export interface Started {
  readonly url: string;
  /** Of every process that it is made of, for what each says of itself. */
  readonly services: readonly string[];
  close(): Promise<void>;
}
