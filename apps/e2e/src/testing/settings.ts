export type Settings = Readonly<Record<`HEADWATER_${string}`, string>>;

/** Where a service keeps what it is told, from one start to the next. */
export interface TestStorage {
  /** A folder, or the name of a database. */
  readonly name: string;
  /** By which services find it, where that is not by its name alone. */
  readonly settings?: Settings;
  remove(): Promise<void>;
}

export interface ServiceAddress {
  readonly name: 'command-service' | 'headwater' | 'projector' | 'query-gateway';
  readonly url: string;
}

/** A service that has been started. */
export interface Started {
  readonly url: string;
  /** Every service that it is made of, for what each says of itself. */
  readonly services: readonly ServiceAddress[];
  close(): Promise<void>;
}
