/** Where the service answers a recorded request otherwise than the reference did, and why. */
export interface Difference {
  /** Status, and `@type` of a refusal. */
  readonly ours: string;
  readonly because: string;
}

const BAD_PARAMETER = '400 MalformedQueryParamRejection';
/** Filters of listings come with a later issue; until then a filter is refused rather than silently ignored. */
const FILTER: Difference = {
  ours: BAD_PARAMETER,
  because: 'Not built yet, and a filter that is ignored would give a wrong answer (resources.md 4).',
};
const PROFILE: Difference = { ours: '200', because: 'Defect: a profile in Accept is honoured (recordings.md, 104 and 105).' };
const HEAD: Difference = { ours: '200', because: 'Defect: HEAD is as GET without a body (recordings.md, 313).' };
const NO_REVISION: Difference = { ours: BAD_PARAMETER, because: 'Defect: a revision is a positive number (recordings.md, 149).' };
const STALE = '409 IncorrectRev';

export const differences: ReadonlyMap<string, Difference> = new Map<string, Difference>([
  ['015-org-bad-label', { ours: '400 ValidationRejection', because: 'Defect: a bad label is 400 (recordings.md, 015).' }],
  ['081-res-create-ctx-bad', { ours: '400 InvalidJsonLdFormat', because: 'Defect: a number is no context (recordings.md, 081).' }],
  ['104-fetch-accept-ld-compacted', PROFILE],
  ['105-fetch-accept-ld-expanded', PROFILE],
  ['133-fetch-nocontext-ld', PROFILE],
  ['136-fetch-bignum-expanded', PROFILE],
  ['149-fetch-rev-zero', NO_REVISION],
  ['150-fetch-rev-neg', NO_REVISION],
  [
    '157-fetch-extra-segment',
    { ours: '404 ResourceNotFound', because: 'Defect: a further segment is an unknown path (recordings.md, 157).' },
  ],
  ['158-fetch-invalid-pct', { ours: '400 ValidationRejection', because: 'Ruling 10: every error has the one shape; there it has none.' }],
  ['170-fetch-ctxb', { ours: '404 ResourceNotFound', because: 'It was refused at 081.' }],
  [
    '181-source-accept-nt',
    {
      ours: '406 UnacceptedResponseContentTypeRejection',
      because: 'Section 1.6: a type that is not served is 406; there the path falls through to other routes.',
    },
  ],
  ['187-update-rev-zero', NO_REVISION],
  [
    '200-tag-bad-label',
    { ours: '400 MalformedRequestContentRejection', because: 'Defect: a label with a blank is no tag (recordings.md, 200).' },
  ],
  ['211-tag-delete-unknown', { ours: STALE, because: 'The recorded revision counts the tag of 200, which is refused here.' }],
  ['212-tag-delete', { ours: STALE, because: 'The recorded revision counts the tag of 200, which is refused here.' }],
  ['213-tag-delete-again', { ours: STALE, because: 'The recorded revision counts the tag of 200, which is refused here.' }],
  ['215-fetch-by-deleted-tag', { ours: '200', because: 'The tag is still there: 212 is stale here.' }],
  ['221-tag-deprecated', { ours: '400 ResourceIsDeprecated', because: 'Ruling 4: deprecated is locked.' }],
  ['223-undeprecate', { ours: STALE, because: 'The recorded revision counts the tag of 221, which is refused here.' }],
  ['224-undeprecate-again', { ours: STALE, because: 'The recorded revision counts the tag of 221, which is refused here.' }],
  ['228-prune', { ours: BAD_PARAMETER, because: 'Removing for good is not built yet, and must not look like deprecating.' }],
  ['229-deprecate-unknown', { ours: '404 ResourceNotFound', because: 'Defect: an unknown resource is 404 (recordings.md, 229).' }],
  ['301-p2-default-base-get', PROFILE],
  ['313-method-HEAD', HEAD],
  ['322-head-orgs', HEAD],
  [
    '334-sse-lastid',
    { ours: '400 MalformedHeaderRejection', because: 'Ruling 9: ids are opaque, and one that this service did not issue is 400.' },
  ],
  [
    '338-sse-unknown-project',
    { ours: '404 ProjectNotFound', because: 'Defect: events of an unknown project are 404 (recordings.md, 338).' },
  ],
  ['352-list-q', FILTER],
  ['353-list-id', FILTER],
  ['354-list-locate', FILTER],
  ['357-list-rev', FILTER],
  ['358-list-createdBy', FILTER],
  ['360-list-tag', FILTER],
  ['361-list-keyword', FILTER],
  ['362-list-aggregations', FILTER],
  ['363-list-createdAt', FILTER],
  ['364-list-createdAt-bad', FILTER],
  [
    '375-list-unknown-project',
    { ours: '404 ProjectNotFound', because: 'Defect: a list of an unknown project is 404 (recordings.md, 375).' },
  ],
  [
    '377-list-accept-nt',
    { ours: '406 UnacceptedResponseContentTypeRejection', because: 'Listings in RDF are not built yet (section 1.6).' },
  ],
]);
