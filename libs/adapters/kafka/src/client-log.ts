import kafkajs, { type LogEntry, type logCreator } from 'kafkajs';

export type KafkaLogLevel = 'debug' | 'info' | 'warn';

/** What the client says while it works. Nothing of it is a fault of its own: what fails is thrown at whoever asked for it. */
export interface KafkaLogEvent {
  readonly level: KafkaLogLevel;
  readonly message: string;
  /** Names and numbers: broker, group, member, tries, the error's text. Never a setting, never a message of a topic. */
  readonly details: Readonly<Record<string, string | number>>;
}

/** Called on the client's own turn; must not throw. */
export type KafkaObserver = (event: KafkaLogEvent) => void;

const DETAILS = ['broker', 'clientId', 'groupId', 'memberId', 'error', 'retryCount', 'retryTime', 'topic', 'partition'] as const;

/** A group that changes its members; kafkajs logs it as an error or a warning each time. */
const REBALANCE =
  /rebalanc|re-joining|not aware of this member|UNKNOWN_MEMBER_ID|MEMBER_ID_REQUIRED|The group member needs to have a valid member id/iu;

/** Passes what the client logs on, one level lower than it says, as an error of the client is a request that somebody still has to answer for. */
export const logTo =
  (observe: KafkaObserver | undefined): logCreator =>
  () =>
  (entry) => {
    if (observe === undefined) return;
    const details = detailsOf(entry);
    observe({ level: levelOf(entry, details['error']), message: `${entry.namespace}: ${entry.log.message}`, details });
  };

function levelOf({ level, log }: LogEntry, error: string | number | undefined): KafkaLogLevel {
  const { ERROR, WARN } = kafkajs.logLevel;
  if (level !== ERROR && level !== WARN) return 'debug';
  if (level === WARN || REBALANCE.test(log.message) || (typeof error === 'string' && REBALANCE.test(error))) return 'info';
  return 'warn';
}

function detailsOf({ log }: LogEntry): Readonly<Record<string, string | number>> {
  const found = DETAILS.flatMap((name): readonly [string, string | number][] => {
    const value: unknown = log[name];
    return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [];
  });
  return Object.fromEntries(found);
}
