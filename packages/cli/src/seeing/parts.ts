import type { ServePlan } from '../serve/plan.ts';
import { version } from '../version.ts';
import { LogFile } from './log-file.ts';
import type { Part, PartMaker } from './part.ts';
import { w3cHeader, w3cLine } from './w3c.ts';
import { xferlogLine } from './xferlog.ts';

interface WantedPart {
  /** The same for the same settings. */
  readonly key: string;
  open(): Promise<Part>;
}

/** Those who are told what the server does, as the settings have them. */
export function partsOf(
  { seeing: { logs, metrics, hooks = [] } }: ServePlan,
  make: PartMaker,
): readonly WantedPart[] {
  const { xferlog, w3c } = logs;
  const { listen } = metrics;
  return [
    ...(xferlog === undefined
      ? []
      : [part(['xferlog', xferlog], () => fileOf('logs.xferlog', xferlog, make))]),
    ...(w3c === undefined ? [] : [part(['w3c', w3c], () => fileOf('logs.w3c', w3c, make))]),
    ...hooks.map((hook, index) =>
      part(['hook', index, hook], async () => {
        const { Hook } = await import('../hooks/hook.ts');
        return Hook.open(hook, { name: `hooks ${index + 1}`, note: make.note });
      }),
    ),
    ...(listen === undefined ? [] : [part(['metrics', listen], () => make.metrics(listen))]),
  ];
}

function part(key: readonly unknown[], open: () => Promise<Part>): WantedPart {
  return { key: JSON.stringify(key), open };
}

async function fileOf(
  setting: 'logs.xferlog' | 'logs.w3c',
  path: string,
  { note }: PartMaker,
): Promise<Part> {
  const isW3c = setting === 'logs.w3c';
  const lineOf = isW3c ? w3cLine : xferlogLine;
  const file = new LogFile(path, {
    setting,
    header: isW3c ? () => w3cHeader(`duoport ${version}`, new Date()) : undefined,
    tell: (text) => note({ event: 'log-file', setting, message: text }, `duoport: ${text}`),
  });
  await file.open();
  return {
    tell: (event, user, now) => {
      const line = lineOf(event, user, now);
      if (line !== undefined) file.write(line);
    },
    reopen: () => file.reopen(),
    get lost() {
      return [setting, file.lost] as const;
    },
    close: () => file.close(),
  };
}
