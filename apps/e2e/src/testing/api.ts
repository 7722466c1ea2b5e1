import type { Answer, HttpClient, Json } from './http-client.js';

let named = 0;

/** A label that no test of this process has used. */
export const newLabel = (prefix: string): string => `${prefix}${String(process.pid)}-${String((named += 1))}`;

/** A project of its own organisation, for one test. */
export interface TestProject {
  readonly organization: string;
  readonly project: string;
  /** `/v1/resources/{org}/{project}` */
  readonly resources: string;
  /** `{org}.{project}` */
  readonly dataset: string;
}

export async function newProject(client: HttpClient, settings: Json = {}): Promise<TestProject> {
  const [organization, project] = [newLabel('org'), newLabel('proj')];
  mustBe(201, await client.put(`/v1/orgs/${organization}`, {}));
  mustBe(201, await client.put(`/v1/projects/${organization}/${project}`, settings));
  const resources = `/v1/resources/${organization}/${project}`;
  // Its default resolver is an entity of its own, of which no position is told: what counts entities begins with it.
  await until(async () => mustBe(200, await client.get(`${resources}?size=0`)).json['_total'] === 1);
  return { organization, project, resources, dataset: `${organization}.${project}` };
}

/**
 * Waits until what a path answers shows every resource that a client has written, as a client would: each write has told its position. That a
 * later write is shown says nothing of an earlier one, as the log may have more than one partition.
 */
export async function settled(client: HttpClient, path: string): Promise<void> {
  // Revisions of one resource come in order: its last write is enough.
  const newest = new Map(
    client.written.flatMap(({ path: written, position }) => (isOfResource(written) ? [[resourceOf(written), position]] : [])),
  );
  for (const position of newest.values()) mustBe(200, await client.get(path, { 'headwater-wait-for': position }));
}

const isOfResource = (path: string): boolean => path.startsWith('/v1/resources/');
const resourceOf = (path: string): string => path.split(/[?]|\/tags|\/undeprecate/, 1)[0] ?? path;

const ASK_EVERY_MS = 10;
const ASK_AT_MOST_MS = 20_000;

/** Asks until it holds. */
export async function until(holds: () => Promise<boolean>, milliseconds = ASK_AT_MOST_MS): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`It did not hold within ${String(milliseconds)} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

/** Fails with the whole answer, which says more than a wrong number. */
export function mustBe(status: number, answer: Answer): Answer {
  if (answer.status !== status) throw new Error(`Expected ${String(status)}, got ${String(answer.status)}: ${answer.text.slice(0, 2000)}`);
  return answer;
}

/** A member of an answer that is a text. */
export function textIn({ json, text }: Pick<Answer, 'json' | 'text'>, name: string): string {
  const value = json[name];
  if (typeof value !== 'string') throw new Error(`'${name}' is no text in ${text.slice(0, 2000)}`);
  return value;
}

/** How many answers had each status and `@type`: `{ '201': 1, '409 ResourceAlreadyExists': 63 }`. */
export function tally(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const { status, json } = answer;
    const key = status < 400 ? String(status) : `${String(status)} ${textIn(answer, '@type' in json ? '@type' : 'type')}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
