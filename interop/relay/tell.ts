import { writeSync } from 'node:fs';

/** One line of JSON. Written at once: who is killed the next moment has told it. */
export function tell(event: object): void {
  const plain = 'error' in event ? { ...event, error: String(event.error) } : event;
  writeSync(1, `${JSON.stringify(plain)}\n`);
}
