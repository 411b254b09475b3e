/** One line of JSON. */
export function tell(event: object): void {
  const plain = 'error' in event ? { ...event, error: String(event.error) } : event;
  process.stdout.write(`${JSON.stringify(plain)}\n`);
}
