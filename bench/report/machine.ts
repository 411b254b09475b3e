import { cpus, release, totalmem } from 'node:os';

/** The machine in general words: enough to judge the numbers by, nothing that names it. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cores: processors.length,
    processor: processors[0]?.model.trim() || 'unknown',
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    system: `Linux ${release().split('.').slice(0, 2).join('.')}`,
    node: process.version,
  };
}
