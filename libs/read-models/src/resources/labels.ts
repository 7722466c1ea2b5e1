/** What listings show of a document beside its metadata (resources.md 4.4). */
export interface Labels {
  readonly name?: string;
  readonly label?: string;
  readonly prefLabel?: string;
  readonly description?: string;
}

const PREDICATES: readonly (readonly [keyof Labels, readonly string[]])[] = [
  ['name', ['http://schema.org/name', 'https://schema.org/name']],
  ['label', ['http://www.w3.org/2000/01/rdf-schema#label']],
  ['prefLabel', ['http://www.w3.org/2004/02/skos/core#prefLabel']],
  ['description', ['http://schema.org/description', 'https://schema.org/description']],
];

const MAX_LABEL = 512;

/** The labels of an expanded document (JSON text of one node). Parses it only where it can have some. */
export function labelsOf(expanded: string): Labels {
  if (!PREDICATES.some(([, iris]) => iris.some((iri) => expanded.includes(`"${iri}"`)))) return {};
  const [node] = JSON.parse(expanded) as readonly Readonly<Record<string, unknown>>[];
  const labels: Partial<Record<keyof Labels, string>> = {};
  for (const [name, iris] of PREDICATES) {
    for (const iri of iris) {
      const text = firstText(node?.[iri]);
      if (text !== undefined) labels[name] ??= shortened(text);
    }
  }
  return labels;
}

/** Never half of a character: stores keep UTF-8, which has no such thing. */
function shortened(text: string): string {
  if (text.length <= MAX_LABEL) return text;
  const cut = text.slice(0, MAX_LABEL);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

function firstText(values: unknown): string | undefined {
  if (!Array.isArray(values)) return undefined;
  for (const value of values as readonly unknown[]) {
    if (typeof value !== 'object' || value === null || !('@value' in value)) continue;
    const text = value['@value'];
    if (typeof text === 'string') return text;
  }
  return undefined;
}
