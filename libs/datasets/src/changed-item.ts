import { objectMembers, type Iri, type MemberSlice } from '@headwater/linked-data';
import type { PushedIdentity } from '@headwater/event-contracts';

/** What a feed knows of an item beside its source. */
export interface ChangedRow {
  readonly id: Iri;
  readonly rev: number;
  readonly deprecated: boolean;
  /** ISO 8601: when the content was received. */
  readonly modified: string;
  readonly identity?: PushedIdentity;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * An item of a changes feed: the source's own text with `id` (as pushed where that was its identity, otherwise the resource's IRI: ruling
 * 13), an integer `_rev`, `meta.isDeleted` that is true for tombstones only, and `meta.modified` where the source has none.
 *
 * Cut and filled in at the positions of members, so nothing inside user data is touched, big numbers and the order of members stay, and no
 * member is there twice. A `meta` that is no object stays as it is, but for a tombstone, whose flag must be seen.
 *
 * @param source JSON text of an object
 */
export function renderChangedItem(row: ChangedRow, source: string): string {
  const members = objectMembers(source);
  const edits: Edit[] = [];
  const ids = indexOfLast(members, 'id');
  const revs = indexOfLast(members, '_rev');
  const metas = indexOfLast(members, 'meta');
  const missing: string[] = [];
  if (ids < 0) missing.push(`"id":${JSON.stringify(idOf(row))}`);
  else if (row.identity?.kind !== 'id') replaceValue(edits, members[ids], JSON.stringify(row.id));
  if (revs < 0) missing.push(`"_rev":${String(row.rev)}`);
  else replaceValue(edits, members[revs], String(row.rev));
  if (metas < 0) missing.push(`"meta":${newMeta(row)}`);
  else editMeta(edits, source, members[metas], row);
  insertFirst(edits, source, 0, members.length === 0, missing);
  cutEarlier(edits, members, ['id', '_rev', 'meta']);
  return applied(source, edits);
}

const idOf = ({ id, identity }: ChangedRow): string => (identity?.kind === 'id' ? identity.id : id);

const newMeta = ({ deprecated, modified }: ChangedRow): string =>
  deprecated ? `{"isDeleted":true,"modified":"${modified}"}` : `{"modified":"${modified}"}`;

function editMeta(edits: Edit[], source: string, meta: MemberSlice | undefined, row: ChangedRow): void {
  if (meta === undefined) return;
  const { valueStart, valueEnd } = meta;
  if (source.charCodeAt(valueStart) !== 0x7b) {
    if (row.deprecated) edits.push({ start: valueStart, end: valueEnd, text: newMeta(row) });
    return;
  }
  const members = objectMembers(source.slice(valueStart, valueEnd)).map((one): MemberSlice => ({
    name: one.name,
    keyStart: one.keyStart + valueStart,
    valueStart: one.valueStart + valueStart,
    valueEnd: one.valueEnd + valueStart,
  }));
  const flag = members[indexOfLast(members, 'isDeleted')];
  const missing: string[] = [];
  if (flag === undefined) missing.push(...(row.deprecated ? ['"isDeleted":true'] : []));
  else if (row.deprecated || !isFalse(source, flag)) replaceValue(edits, flag, String(row.deprecated));
  if (indexOfLast(members, 'modified') < 0) missing.push(`"modified":"${row.modified}"`);
  insertFirst(edits, source, valueStart, members.length === 0, missing);
  cutEarlier(edits, members, ['isDeleted', 'modified']);
}

/** A flag that says false stays as it was sent, be it as a string. */
function isFalse(source: string, { valueStart, valueEnd }: MemberSlice): boolean {
  const value = source.slice(valueStart, valueEnd);
  return value === 'false' || value === '"false"';
}

function indexOfLast(members: readonly MemberSlice[], name: string): number {
  for (let at = members.length - 1; at >= 0; at -= 1) if (members[at]?.name === name) return at;
  return -1;
}

function replaceValue(edits: Edit[], member: MemberSlice | undefined, text: string): void {
  if (member !== undefined) edits.push({ start: member.valueStart, end: member.valueEnd, text });
}

function insertFirst(edits: Edit[], source: string, from: number, empty: boolean, missing: readonly string[]): void {
  if (missing.length === 0) return;
  const at = source.indexOf('{', from) + 1;
  edits.push({ start: at, end: at, text: `${missing.join(',')}${empty ? '' : ','}` });
}

/** Of members with one name the last counts; the earlier ones of ours are cut. Each has a later one behind it, so a comma goes with it. */
function cutEarlier(edits: Edit[], members: readonly MemberSlice[], names: readonly string[]): void {
  for (const [at, { name, keyStart }] of members.entries()) {
    const next = members[at + 1];
    if (next === undefined || !names.includes(name) || indexOfLast(members, name) === at) continue;
    edits.push({ start: keyStart, end: next.keyStart, text: '' });
  }
}

function applied(source: string, edits: Edit[]): string {
  edits.sort((a, b) => a.start - b.start || a.end - b.end);
  let text = '';
  let at = 0;
  for (const edit of edits) {
    text += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return text + source.slice(at);
}
