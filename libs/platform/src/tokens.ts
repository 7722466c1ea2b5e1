/*
 * What features ask for by role rather than by class: ports of the domain libraries, which an application gives an adapter each.
 * `@Inject(EVENT_STORE) store: EventStore`.
 */
export const EVENT_STORE = Symbol('EventStore');
export const DOCUMENT_READER = Symbol('DocumentReader');
/** `RdfWriter` of @headwater/linked-data; without one, entities are served as JSON only. */
export const RDF_WRITER = Symbol('RdfWriter');
export const PROJECTION_PROGRESS = Symbol('ProjectionProgress');
export const RESOURCES_READER = Symbol('ResourcesReader');
export const LINKS_READER = Symbol('LinksReader');
export const FEED_READER = Symbol('FeedReader');
export const DIRECTORY_READER = Symbol('DirectoryReader');
/** `SealedTokens`, made from the keys of the event store once it is open. */
export const SEALED_TOKENS = Symbol('SealedTokens');
/** `Urls` of @headwater/representations, below the configured public URL. */
export const URLS = Symbol('Urls');
/** `DirectoryLookup` of @headwater/directory, over the event store. */
export const DIRECTORY_LOOKUP = Symbol('DirectoryLookup');
