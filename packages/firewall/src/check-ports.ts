import { wrong } from './firewall-error.ts';
import { quoted } from './network.ts';
import type { PortRange } from './request.ts';

export function checkPort(port: number, what: string): number {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    wrong(`${what}: ${quoted(port)} is no port. Ports go from 1 to 65535.`);
  }
  return port;
}

export function checkPorts(ports: readonly number[], what: string): readonly number[] {
  if (!Array.isArray(ports)) wrong(`${what}: there must be a list of them.`);
  return ports.map((port) => checkPort(port, what));
}

export function checkRange(
  range: PortRange | undefined,
  what: string,
  example: string,
): PortRange | undefined {
  if (range === undefined) return undefined;
  if (typeof range !== 'object' || range === null)
    wrong(`The ${what} has two ends. Write for example ${example}.`);
  const low = checkPort(range.low, what);
  const high = checkPort(range.high, what);
  if (low > high)
    wrong(`The ${what} is the wrong way round. Write ${high}-${low}, low end first, as in ${example}.`);
  return { low, high };
}

export function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
