import { Control, encode, type Target } from './control.ts';
import { smallBytes, smallName } from './small-files.ts';
import { TransferSession } from './transfer.ts';

/** What a session may come for, and how it may go: in turns. */
const visits: readonly ((target: Target, turn: number) => Promise<void>)[] = [
  async (target) => {
    const control = await Control.open(target);
    await control.login(target);
    await control.quit();
  },
  async (target, turn) => {
    const session = await TransferSession.open(target, { mode: 'passive' });
    const bytes = await session.download(encode(`RETR ${smallName(turn)}`));
    if (bytes !== smallBytes) throw new Error(`${bytes} bytes came instead of ${smallBytes}`);
    await session.close();
  },
  async (target) => {
    const control = await Control.open(target);
    control.destroy();
  },
  async (target, turn) => {
    const session = await TransferSession.open(target, { mode: 'active' });
    await session.upload(encode(`STOR up/churn-${turn % 500}`), 10_000);
    await session.close();
  },
  async (target) => {
    const control = await Control.open(target);
    await control.ask(encode(`USER ${target.user}`), '331');
    await control.ask(encode('PASS wrong-word'), '530');
    control.destroy();
  },
  async (target) => {
    const control = await Control.open(target);
    await control.login(target);
    await control.ask(encode('EPSV'), '229');
    control.destroy();
  },
  async (target) => {
    const session = await TransferSession.open(target, { mode: 'passive' });
    await session.download(encode('LIST mini'));
    session.control.destroy();
  },
  async (target) => {
    const session = await TransferSession.open(target, { mode: 'passive' });
    const data = await session.stall(encode('RETR large'));
    data.destroy();
    session.control.destroy();
  },
];

/** `count` sessions come, do something and go, 16 at a time. The first who is not served as expected ends it. */
export async function churn(target: Target, count: number): Promise<void> {
  let turn = 0;
  const visitor = async () => {
    while (turn < count) {
      turn += 1;
      await visits[turn % visits.length]?.(target, turn);
    }
  };
  await Promise.all(Array.from({ length: 16 }, visitor));
}

/** Waits until the server has noticed that everybody is gone: it takes what happens in turn. */
export async function leaveBehind(target: Target): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await visits[0]?.(target, turn);
}
