import { renderChangedItem } from '@headwater/datasets';
import type { ChangedItem } from '@headwater/read-models';

/** Exactly as the seed has it. */
const CONTEXT = '{"id":"@context","description":"application specific / expansion point for rdf, JSON-LD and Entity Graph Data Model"}';

/** The three parts of a page of changes (datasets.md 1.4): context, items, continuation. The token comes last, so that a torn page has none. */
export function changesPage(items: readonly ChangedItem[], token: string, more: boolean): string {
  let text = `[${CONTEXT}`;
  for (const { row, source } of items) text += `,\n${renderChangedItem(row, source)}`;
  return `${text},\n{"id":"@continuation","token":"${token}","more":${String(more)}}]`;
}
