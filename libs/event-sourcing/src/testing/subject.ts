/** What a contract suite examines: made for each test, closed after it whatever happens. */
export interface Closable {
  close(): Promise<void>;
}

/** Wraps the body of a test so that it gets a subject of its own. */
export function withSubject<Subject extends Closable>(
  makeSubject: () => Promise<Subject>,
): (body: (subject: Subject) => Promise<void>) => () => Promise<void> {
  return (body) => async () => {
    const subject = await makeSubject();
    try {
      await body(subject);
    } finally {
      await subject.close();
    }
  };
}
