import { entityStream } from '@headwater/event-contracts';
import { counterKey, type ListCursor, type ListQuery, type SortField } from '@headwater/read-models';
import type { Filter, Sort } from 'mongodb';
import type { ResourceDocument } from '../kinds/resources.kind.js';

/** What a listing selects: rows that are in one list of each group. A group that can be empty selects nothing then. */
export type Selection = readonly (readonly string[])[];

/**
 * The lists that a question is about, by their counters' keys (`resources.kind.ts`). Each key says whether it is of deprecated entities or of
 * others, so that lists of both may stand side by side in a group: no row is in lists of both.
 */
export function selectionOf({ project: { organization, project }, deprecated, types, typeOperator, schema }: ListQuery): Selection {
  const flags = deprecated === undefined ? [false, true] : [deprecated];
  const lists = (...filters: readonly Parameters<typeof counterKey>[3][]): readonly string[] =>
    flags.flatMap((flag) => filters.map((filter) => counterKey(organization, project, flag, filter)));
  const distinct = [...new Set(types)];
  const ofTypes =
    typeOperator === 'or' && distinct.length > 0
      ? [lists(...distinct.map((type) => `t${type}` as const))]
      : distinct.map((type) => lists(`t${type}`));
  const groups = [...ofTypes, ...(schema === undefined ? [] : [lists(`s${schema}`)])];
  return groups.length === 0 ? [lists('')] : groups;
}

/** Whether the lists' own totals say how many rows are selected: one group, of lists that have no row in common. */
export const isCounted = (selection: Selection, { types, typeOperator }: Pick<ListQuery, 'types' | 'typeOperator'>): boolean =>
  selection.length === 1 && (typeOperator === 'and' || new Set(types).size <= 1);

/** Everything that is selected. */
export const selected = (selection: Selection): Filter<ResourceDocument> => {
  const [only, ...others] = selection.map((group) => ({ lists: { $in: [...group] } }));
  return others.length === 0 && only !== undefined ? only : { $and: selection.map((group) => ({ lists: { $in: [...group] } })) };
};

const COLUMNS = { _createdAt: 'created', _updatedAt: 'updated' } as const;

/** The order of a page: ties are broken by the streams' names, which within a project are in the order of ids. */
export function orderOf({ field, descending }: ListQuery['sort']): Sort {
  const direction = descending ? -1 : 1;
  return field === '@id' ? { _id: direction } : { [COLUMNS[field]]: direction, _id: direction };
}

/**
 * What is selected, from the cursor on, as conditions that each are one range of the index of the order: its first part is a list, so there is
 * one for each of the shortest group's, and one more for those that have the cursor's value.
 */
export function pageOf(selection: Selection, walked: number, { project, sort, page }: ListQuery): Filter<ResourceDocument> {
  const lists = selection[walked] ?? [];
  const others = selection.filter((_, index) => index !== walked).map((group) => ({ lists: { $in: [...group] } }));
  const ranges = 'after' in page ? rangesAfter(sort, page.after, entityStream(project, page.after.id)) : [{}];
  const conditions = lists.flatMap((list) =>
    ranges.map((range): Filter<ResourceDocument> => ({ lists: list, ...range, ...(others.length === 0 ? {} : { $and: others }) })),
  );
  const [only, ...more] = conditions;
  return more.length === 0 && only !== undefined ? only : { $or: conditions };
}

function rangesAfter({ field, descending }: ListQuery['sort'], { key }: ListCursor, stream: string): readonly Filter<ResourceDocument>[] {
  const beyond = <Value>(value: Value) => (descending ? { $lt: value } : { $gt: value });
  if (field === '@id') return [{ _id: beyond<string>(stream) }];
  const column = COLUMNS[field];
  return [{ [column]: beyond(Number(key)) }, { [column]: Number(key), _id: beyond<string>(stream) }];
}

/** Where the page after a row begins. */
export function cursorOf(
  field: SortField,
  { created, updated }: Pick<ResourceDocument, 'created' | 'updated'>,
  id: ListCursor['id'],
): ListCursor {
  switch (field) {
    case '_createdAt':
      return { key: created, id };
    case '_updatedAt':
      return { key: updated, id };
    case '@id':
      return { key: id, id };
  }
}
