import { Control, type Target } from './control.ts';
import type { Worker } from './pace.ts';

/** Connects, logs in, quits, and begins again. */
export function loginWorker(target: Target): Worker {
  return {
    async once() {
      const control = await Control.open(target);
      await control.login(target);
      await control.quit();
    },
    close: () => undefined,
  };
}

/** Opens sessions until there are `count`, `width` at a time, and leaves them logged in. */
export async function openSessions(target: Target, count: number, width: number): Promise<Control[]> {
  const sessions: Control[] = [];
  let begun = 0;
  let failed = false;
  const opener = async () => {
    while (begun < count && !failed) {
      begun += 1;
      const control = await Control.open(target);
      sessions.push(control);
      await control.login(target);
    }
  };
  try {
    await Promise.all(Array.from({ length: width }, opener));
  } catch (error) {
    failed = true;
    for (const session of sessions) session.destroy();
    throw error;
  }
  return sessions;
}
