import { type Check, orFine, type ServerCheck, warning } from './check.ts';

/** Open files, and what the connection tracking of a firewall on this very machine can hold. */
export const kernelLimits: ServerCheck = ({ machine, modes, passivePorts, settings }) => {
  const { openFiles, conntrack } = machine;
  const ports =
    modes.passive && !settings.passive['single-port'] ? passivePorts.high - passivePorts.low + 1 : 0;
  // A listener for each port in use, and three files for each session: two connections and what is transferred.
  const wanted = ports + 3 * 100;
  const problems: readonly (Check | false)[] = [
    openFiles !== undefined &&
      openFiles < wanted &&
      warning(
        'passive.ports',
        'open-files-low',
        `This user may have ${openFiles} files open (ulimit -n); ${wanted} are needed for the range and 100 sessions. systemd: LimitNOFILE=65536.`,
      ),
    conntrack !== undefined &&
      conntrack.count > conntrack.most * 0.8 &&
      warning(
        'listeners',
        'conntrack-full',
        `The firewall keeps ${conntrack.count} of at most ${conntrack.most} connections: new ones will be dropped. sysctl net.netfilter.nf_conntrack_max=${conntrack.most * 4}`,
      ),
  ];
  const fine = [
    openFiles === undefined ? undefined : `${openFiles} open files`,
    conntrack === undefined ? undefined : `${conntrack.count} of ${conntrack.most} tracked connections`,
  ].filter((part) => part !== undefined);
  const found = problems.filter((one) => one !== false);
  return fine.length === 0 ? found : orFine(found, 'limits', fine.join(', '));
};
