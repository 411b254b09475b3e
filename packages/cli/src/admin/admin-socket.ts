import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { askLine, type LocalLines, listenLines } from '@duoport/net';
import { describeError } from '../describe-error.ts';

/*
 * How a running process is asked: a Unix socket PID.sock in its state folder, which only its owner may enter. A line of JSON is a question,
 * `{"ask": "status"}`, and a line of JSON is the answer; `{"error": "..."}` when there is none.
 */

export interface AdminQuestion {
  readonly ask: string;
  readonly [fact: string]: unknown;
}

export type AdminAnswer = Readonly<Record<string, unknown>>;

/** An answer, and which process has given it. */
export interface Answered {
  readonly pid: number;
  readonly answer: AdminAnswer;
}

/** Answers until it is disposed of. Rejects when the folder or the socket cannot be made. */
export async function openAdmin(
  folder: string,
  answer: (question: AdminQuestion) => Promise<AdminAnswer>,
): Promise<LocalLines> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const socket = path.join(folder, `${process.pid}.sock`);
  // One of that number was killed and could not take its name away.
  await askLine(socket, '{}');
  return listenLines(socket, async (line) => {
    try {
      return JSON.stringify(await answer(readQuestion(line)));
    } catch (error) {
      return JSON.stringify({ error: describeError(error) });
    }
  });
}

/** A new process has to start before there is an answer. Milliseconds. */
const restartPatience = 120_000;

/** Asks every process that lives in this folder, or the one with this number. */
export async function askAll(
  folder: string,
  question: AdminQuestion,
  only?: number,
): Promise<readonly Answered[]> {
  const names = await readdir(folder).catch(() => []);
  const pids = names.flatMap((name) => {
    const pid = Number(/^(\d+)\.sock$/.exec(name)?.[1]);
    return Number.isInteger(pid) && (only === undefined || pid === only) ? [pid] : [];
  });
  const answers = await Promise.all(
    pids.map(async (pid): Promise<readonly Answered[]> => {
      const wait = question.ask === 'restart' ? restartPatience : undefined;
      const line = await askLine(path.join(folder, `${pid}.sock`), JSON.stringify(question), wait);
      return line === undefined ? [] : [{ pid, answer: JSON.parse(line) as AdminAnswer }];
    }),
  );
  return answers.flat().sort((a, b) => a.pid - b.pid);
}

function readQuestion(line: string): AdminQuestion {
  const value: unknown = JSON.parse(line);
  if (typeof value === 'object' && value !== null && 'ask' in value && typeof value.ask === 'string')
    return value as AdminQuestion;
  throw new SyntaxError('a question is an object with "ask"');
}
