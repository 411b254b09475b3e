import type { Defence } from '@duoport/server';
import type { AdminAnswer, AdminQuestion } from '../admin/admin-socket.ts';

/** Answers what `duoport ban` asks of a running server. Undefined: it asks for something else. */
export async function answerBan(question: AdminQuestion, defence: Defence): Promise<AdminAnswer | undefined> {
  const { ask, subject, length, because, most } = question;
  if (ask === 'bans') return { ...defence.gauges, ...(await defence.bans(Number(most))) };
  if (ask !== 'ban' && ask !== 'unban') return undefined;
  if (typeof subject !== 'string') return { error: 'Say who.' };
  if (ask === 'unban') {
    await defence.unban(subject);
    return { unbanned: subject };
  }
  const ban = await defence.ban(subject, {
    ...(typeof length === 'number' ? { length } : {}),
    ...(typeof because === 'string' ? { because } : {}),
  });
  return { ban };
}
