import { rejection } from '@headwater/representations';
import type { ProjectRef } from '@headwater/event-contracts';

const LABEL = /^[a-zA-Z0-9_-]{1,64}$/;
/** A label that the routes of streams have taken. */
const RESERVED = 'events';

/** The label of an organisation or project (resources.md 1.1). @throws ValidationRejection */
export function checkLabel(label: string): string {
  if (!LABEL.test(label)) {
    throw rejection('ValidationRejection', `'${label.slice(0, 100)}' is not a valid label: 1 to 64 letters, digits, '_' and '-' are.`);
  }
  if (label === RESERVED) throw rejection('ValidationRejection', `'${RESERVED}' cannot be used as a label.`);
  return label;
}

/** @throws ValidationRejection */
export const projectRef = (organization: string, project: string): ProjectRef => ({
  organization: checkLabel(organization),
  project: checkLabel(project),
});
