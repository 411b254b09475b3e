import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Certificate, makeCertificate } from '../../interop/support/certificate.ts';
import { Workspace } from './workspace.ts';

/** Bytes of the large file. */
export const largeBytes = 1024 ** 3;

/** The many little files of the client rows. */
export const miniFiles = 5000;
export const miniBytes = 2048;

/** What all servers and clients of a run share: the large file and the certificate. */
export interface Supplies {
  readonly workspace: Workspace;
  readonly largeFile: string;
  /** Folder of many little files, what clients store. */
  readonly miniFolder: string;
  readonly certificate: Certificate;
  remove(): void;
}

/** Makes the shared files, in memory where there is a tmpfs: the bench is not there to measure the disk. */
export function makeSupplies(): Supplies {
  const workspace = new Workspace('bench');
  const largeFile = join(workspace.folder('large'), 'large');
  // Every page is written: holes would all be read from one and the same page, which the processor's cache holds.
  const chunk = Buffer.alloc(16 * 1024 * 1024, 'duoport ');
  const file = openSync(largeFile, 'w');
  for (let at = 0; at < largeBytes; at += chunk.length) writeSync(file, chunk);
  closeSync(file);
  const miniFolder = workspace.folder('mini');
  fillMini(miniFolder);
  const certificate = makeCertificate(workspace.folder('tls'));
  return { workspace, largeFile, miniFolder, certificate, remove: () => workspace.remove() };
}

/** Puts the 5,000 little files into a folder. */
export function fillMini(folder: string): void {
  const content = Buffer.alloc(miniBytes, 'duoport ');
  for (let i = 0; i < miniFiles; i += 1) writeFileSync(join(folder, miniName(i)), content);
}

export function miniName(index: number): string {
  return `mini-${String(index).padStart(4, '0')}.bin`;
}
