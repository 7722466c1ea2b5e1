/** What a person reads once the service serves: where it is, where the data is, what to try next. */
export function readyLines({
  url,
  publicUrl,
  dataDir,
}: {
  readonly url: string;
  readonly publicUrl: string;
  readonly dataDir: string;
}): string {
  const lines: readonly (readonly [string, string])[] = [
    ['data', dataDir],
    ...(publicUrl === url ? [] : [['clients use', publicUrl] as const]),
    ['try', `curl -X PUT ${url}/v1/orgs/demo -H 'content-type: application/json' -d '{}'`],
    ['tour', 'npm run tour (loads schema.org and shows what the service does with it)'],
    ['stop', 'Ctrl-C'],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return [`headwater is ready: ${url}`, ...lines.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)].join('\n');
}
