import { spawn } from 'node:child_process';
import { serviceNotice } from '@duoport/net';
import type { ProcessIo } from '../terminal.ts';

/**
 * Tells the service manager how the server stands (`Type=notify`): by itself where koffi is there, otherwise by the program systemd-notify, which
 * needs `NotifyAccess=all`. Without a manager nobody is told.
 */
export class ServiceManager {
  readonly #tell: (lines: readonly string[]) => void;

  private constructor(tell: (lines: readonly string[]) => void) {
    this.#tell = tell;
  }

  static async of(env: ProcessIo['env']): Promise<ServiceManager> {
    const { NOTIFY_SOCKET: socket } = env;
    if (socket === undefined || socket === '') return new ServiceManager(() => undefined);
    const notice = await serviceNotice(socket);
    return new ServiceManager((lines) => {
      if (notice?.(lines.join('\n')) !== true) byProgram(lines);
    });
  }

  ready(): void {
    this.#tell(['READY=1', `MAINPID=${process.pid}`]);
  }

  /** Followed by `settled`. */
  reloading(): void {
    const microseconds = process.hrtime.bigint() / 1000n;
    this.#tell(['RELOADING=1', `MONOTONIC_USEC=${microseconds}`]);
  }

  /** The settings are read, or stay as they were. */
  settled(): void {
    this.#tell(['READY=1']);
  }

  stopping(): void {
    this.#tell(['STOPPING=1']);
  }

  /** Another process goes on: that one counts from now on. */
  succeeded(pid: number): void {
    this.#tell([`MAINPID=${pid}`]);
  }
}

function byProgram(lines: readonly string[]): void {
  spawn('systemd-notify', [...lines], { stdio: 'ignore' })
    .on('error', () => undefined)
    .unref();
}
