/** The file cannot be read as a whole, from the beginning and anywhere: it is not there, is no file, or is somebody else's. */
export class ExportUnreadable extends Error {
  override readonly name = 'ExportUnreadable';
  constructor(
    readonly path: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${path} cannot be read: ${reason}.`, options);
  }
}

/** What lies in the file is not a whole export: another kind of file, one that was cut off, or one that was changed. */
export class ExportInvalid extends Error {
  override readonly name = 'ExportInvalid';
  constructor(
    readonly path: string,
    /** From 1. */
    readonly line: number,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${path} is not a whole export: line ${String(line)}: ${reason}.`, options);
  }
}

/** The export was made by a later release, in a format that this one does not know. */
export class ExportTooNew extends Error {
  override readonly name = 'ExportTooNew';
  constructor(
    readonly path: string,
    readonly found: number,
    readonly known: number,
  ) {
    super(
      `${path} is an export of format ${String(found)}; this release knows formats up to ${String(known)}. Import it with the later release.`,
    );
  }
}

/** An import is for empty stores: revisions of two stores cannot be put together. */
export class StoreNotEmpty extends Error {
  override readonly name = 'StoreNotEmpty';
  constructor(readonly store: string) {
    super(`There is data in ${store} already. Import into a new data folder or a new database.`);
  }
}

/** The store has a part of another export. */
export class OtherImport extends Error {
  override readonly name = 'OtherImport';
  constructor(readonly store: string) {
    super(
      `A part of another export is in ${store}. Go on with the file that was begun with, or remove the store and import into an empty one.`,
    );
  }
}

/** The store has a key of its own with the id of another one of the export: tokens made with the two could not be told apart. */
export class TokenKeyClash extends Error {
  override readonly name = 'TokenKeyClash';
  constructor(
    readonly store: string,
    readonly id: string,
  ) {
    super(
      `${store} and the export have different token keys with the id ${id}. Remove the store and import again: a new one has a new key.`,
    );
  }
}

/** The store has a part of an export only: it must not be served, exported or checked. */
export class ImportUnfinished extends Error {
  override readonly name = 'ImportUnfinished';
  constructor(readonly store: string) {
    super(
      `An import into ${store} is not finished. Run npm run import again with the same file: it goes on where it was. Or remove the store and begin anew.`,
    );
  }
}

/** Somebody asked the import to stop. What is in stays in. */
export class ImportInterrupted extends Error {
  override readonly name = 'ImportInterrupted';
  constructor() {
    super('The import was stopped. Run it again with the same file: it goes on where it was.');
  }
}

/** A service uses the store: what it writes and publishes would be between what is imported. */
export class StoreInUse extends Error {
  override readonly name = 'StoreInUse';
  constructor(readonly store: string) {
    super(`A command-service uses ${store}. Stop every command-service first, and wait a minute if one was killed.`);
  }
}

/** Somebody else imports into the store, or wrote to it. */
export class ImportContested extends Error {
  override readonly name = 'ImportContested';
  constructor(readonly store: string) {
    super(`Somebody else writes to ${store}. One import can be made at a time; where none is under way, run it again with the same file.`);
  }
}

/** What is kept of an export while it is imported does not fit on the disk. */
export class IndexFull extends Error {
  override readonly name = 'IndexFull';
  constructor(options?: ErrorOptions) {
    super(
      'There is no room for the index of the export in the folder for temporary files. Make room there, or name another folder in TMPDIR.',
      options,
    );
  }
}

/** An export never writes over anything. */
export class OutputExists extends Error {
  override readonly name = 'OutputExists';
  constructor(readonly path: string) {
    super(`${path} exists already. Choose another file, or remove it.`);
  }
}
