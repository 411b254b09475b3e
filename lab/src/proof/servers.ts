import { appendFileSync } from 'node:fs';
import type { Lab } from '../build.ts';
import { makeCertificate } from '../drivers/certificate.ts';
import { duoportCommand, type Programs } from '../drivers/programs.ts';
import { makeServedFolder, type ServedFolder } from '../drivers/served-folder.ts';
import { serveVsftpd } from '../drivers/vsftpd.ts';
import { network, places, ports } from './network.ts';

/** A server of the proof: where it is and what it serves. */
export interface ProofServer {
  /** `single`: duoport with its passive data connections on the control port. */
  readonly kind: 'duoport' | 'vsftpd' | 'single';
  readonly folder: ServedFolder;
  readonly user: string;
  readonly password: string;
}

export type ProofServers = Readonly<Record<ProofServer['kind'], ProofServer>>;

/** Starts the servers on the server's host, for plain FTP and explicit TLS. They end with the lab, their folders do not. */
export async function startServers(lab: Lab, programs: Programs): Promise<ProofServers> {
  const folders = { duoport: makeServedFolder(), vsftpd: makeServedFolder(), single: makeServedFolder() };
  const certificate = await makeCertificate(programs.need('openssl'), folders.duoport.scratch);
  const [duoport, single, vsftpd] = await Promise.all([
    startDuoport(lab, { kind: 'duoport', folder: folders.duoport, files: certificate }),
    startDuoport(lab, { kind: 'single', folder: folders.single, files: certificate }),
    startVsftpd(lab, folders.vsftpd, { programs, certificate }),
  ]);
  return { duoport, single, vsftpd };
}

type CertificateFiles = Awaited<ReturnType<typeof makeCertificate>>;

const doors = {
  duoport: [
    ...['--listen', `${places.duoport.ipv4}:${ports.control}`],
    ...['--listen', `[${places.duoport.ipv6}]:${ports.control}`],
    ...['--passive-ports', `${ports.passive.low}-${ports.passive.high}`],
    ...['--active-source-port', `${ports.source}`],
  ],
  single: ['--listen', `${places.single.ipv4}:${ports.control}`, '--single-port'],
};

interface DuoportSetting {
  readonly kind: 'duoport' | 'single';
  readonly folder: ServedFolder;
  readonly files: CertificateFiles;
}

async function startDuoport(lab: Lab, { kind, folder, files }: DuoportSetting): Promise<ProofServer> {
  const [user, password] = ['proof', 'proof'];
  const words = [
    ...['serve', folder.root, '--json', '--user', `${user}:${password}`],
    ...doors[kind],
    ...['--data-timeout', '3s', '--tls-cert', files.certificate, '--tls-key', files.key],
  ];
  const child = lab.start('server', [...duoportCommand(), ...words]);
  let talk = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    talk = `${talk}${String(chunk)}`.slice(-2000);
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('close', (code) => reject(new Error(`duoport serve ended with exit code ${code}: ${talk}`)));
  });
  // What it tells of sessions is read by nobody, and must not fill the pipe.
  child.stdout?.resume();
  return { kind, folder, user, password };
}

async function startVsftpd(
  lab: Lab,
  folder: ServedFolder,
  options: { readonly programs: Programs; readonly certificate: CertificateFiles },
): Promise<ProofServer> {
  const { argv, env, user, password } = serveVsftpd(network, folder, { ...options, duoport: [] });
  const [, file = ''] = argv;
  appendFileSync(file, `listen_address=${places.vsftpd.ipv4}\n`);
  const child = lab.start('server', argv, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`vsftpd ended with exit code ${code}`)));
    greeted(lab, places.vsftpd.ipv4).then(resolve, reject);
  });
  return { kind: 'vsftpd', folder, user, password };
}

/** vsftpd does not say when it is ready: it answers, then. */
async function greeted(lab: Lab, address: string): Promise<void> {
  const script = `until exec 3<>/dev/tcp/${address}/${ports.control}; do sleep 0.05; done 2> /dev/null; read -r line <&3`;
  const { status } = await lab.run('server', ['bash', '-c', script], { timeout: 15_000 });
  if (status !== 0) throw new Error(`Nothing listens on ${address}.`);
}
