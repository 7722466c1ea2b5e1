/** What an operator should hear: `error` asks somebody to act. */
export interface Notice {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What is needed of a log. */
export type NoticeLog = Readonly<Record<Notice['level'], (details: object, message: string) => void>>;

export function tell(log: NoticeLog, notices: readonly Notice[]): void {
  for (const { level, message, details } of notices) log[level](details, message);
}
