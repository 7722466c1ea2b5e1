import type { HeadwaterEventType } from './headwater-events.js';

/** Turns the data of one version of an event into that of the newest. */
export type Upcaster = (data: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** By type and version. Empty until a first event changes its shape; an entry, once here, stays for ever. */
export const UPCASTERS: Readonly<Partial<Record<HeadwaterEventType, Readonly<Record<number, Upcaster>>>>> = {};
