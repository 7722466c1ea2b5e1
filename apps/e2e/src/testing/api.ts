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
  return { organization, project, resources: `/v1/resources/${organization}/${project}`, dataset: `${organization}.${project}` };
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
