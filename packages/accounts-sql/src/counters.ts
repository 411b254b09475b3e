import type { Run } from './database.ts';

/** Takes the next `count` numbers of a counter, and returns the last. In a transaction that is alone: numbers are seen in their order. */
export async function nextNumber(run: Run, name: 'bans' | 'points', count = 1): Promise<number> {
  await run('update duoport_counters set value = value + ? where name = ?', [count, name]);
  const { rows } = await run('select value from duoport_counters where name = ?', [name]);
  return Number(rows[0]?.['value']);
}
