import type { CommandStartedEvent, Db, Document, MongoClient } from 'mongodb';

/** Commands that find documents, and so have a plan. */
const PLANNED = ['find', 'aggregate', 'count', 'distinct', 'update', 'delete', 'findAndModify'] as const;

/** Of a command, what belongs to the session in which it ran and not to its plan. */
const OF_THE_SESSION: ReadonlySet<string> = new Set([
  'lsid',
  'txnNumber',
  'startTransaction',
  'autocommit',
  'readConcern',
  'writeConcern',
  '$clusterTime',
  '$db',
  '$readPreference',
]);

/** How the server went about a command. */
export interface Plan {
  readonly command: Document;
  /** Every stage of the plan that it chose. */
  readonly stages: readonly string[];
  readonly keysExamined: number;
  readonly documentsExamined: number;
  readonly returned: number;
}

/** Remembers what a client asks of its collections: the client must have been made with `monitorCommands`. */
export class CommandRecorder {
  readonly #commands: Document[] = [];

  constructor(client: MongoClient) {
    client.on('commandStarted', ({ command, commandName }: CommandStartedEvent) => {
      if (PLANNED.some((name) => name === commandName)) this.#commands.push(command);
    });
  }

  /** What was asked since the last time, each statement of an update by itself. */
  take(): readonly Document[] {
    return this.#commands.splice(0).flatMap(statementsOf);
  }
}

function statementsOf(command: Document): readonly Document[] {
  const plain = Object.fromEntries(Object.entries(command).filter(([name]) => !OF_THE_SESSION.has(name)));
  const [of] = ['updates', 'deletes'].filter((name) => Array.isArray(plain[name]));
  if (of === undefined) return [plain];
  return (plain[of] as readonly Document[]).map((statement) => ({ ...plain, [of]: [statement] }));
}

/** Explains a command that was recorded. Nothing is changed by it. */
export async function planOf(db: Db, command: Document): Promise<Plan> {
  const explained = await db.command({ explain: command, verbosity: 'executionStats' });
  const stages: string[] = [];
  const counts = { keysExamined: 0, documentsExamined: 0, returned: 0 };
  visit(explained, (found) => {
    if (typeof found['stage'] === 'string') stages.push(found['stage']);
    if (typeof found['totalKeysExamined'] !== 'number') return;
    counts.keysExamined += found['totalKeysExamined'];
    counts.documentsExamined += Number(found['totalDocsExamined']);
    counts.returned += Number(found['nReturned']);
  });
  return { command, stages, ...counts };
}

/** Visits the parts of an explanation that say what was chosen. */
function visit(part: unknown, see: (found: Document) => void): void {
  if (Array.isArray(part)) for (const one of part) visit(one, see);
  else if (typeof part === 'object' && part !== null) {
    see(part);
    for (const [name, value] of Object.entries(part)) if (name !== 'rejectedPlans' && name !== 'command') visit(value, see);
  }
}

/** What is wrong with a plan: a walk over a whole collection, a sort in memory, far more looked at than was asked for by name or given. */
export function faultsOf({ command, stages, keysExamined, documentsExamined, returned }: Plan): readonly string[] {
  const forbidden = stages.filter((stage) => stage === 'COLLSCAN' || stage === 'SORT');
  // A look at the end of each range is allowed; a count walks through what it counts, in the index alone.
  const bound = stages.includes('COUNT_SCAN') ? Infinity : 3 * (returned + listedIn(command)) + 10;
  return [
    ...new Set(forbidden),
    ...(keysExamined > bound ? [`${String(keysExamined)} keys for ${String(returned)} documents`] : []),
    ...(documentsExamined > bound ? [`${String(documentsExamined)} documents for ${String(returned)}`] : []),
  ];
}

/** How many values a command asks for by name. */
function listedIn(command: Document): number {
  let listed = 0;
  visit(command, ({ $in: values }) => {
    if (Array.isArray(values)) listed += values.length;
  });
  return listed;
}
