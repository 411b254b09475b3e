import {
  allPermissions,
  DiskFiles,
  MemoryAccounts,
  readPermissions,
  type ServerOptions,
} from '@duoport/server';
import type { ServePlan } from './plan.ts';

/** The plan in the server's words. Where to listen is the caller's. */
export function serverOptions(
  plan: ServePlan,
  tellers: Pick<ServerOptions, 'log' | 'trace'>,
): Omit<ServerOptions, 'listen'> {
  const users = plan.users.map(({ name, password, readOnly }) => ({
    name,
    password,
    permissions: readOnly ? readPermissions : allPermissions,
  }));
  const files = new DiskFiles(plan.folder);
  const { certificate } = plan;
  return {
    ...tellers,
    accounts: new MemoryAccounts({ users, files, ...(plan.anonymous ? { anonymous: {} } : {}) }),
    passive: {
      enabled: plan.modes.passive,
      ports: plan.singlePort ? undefined : plan.passivePorts,
      address: plan.passiveAddress,
    },
    singlePort: plan.singlePort,
    active: { enabled: plan.modes.active, sourcePort: plan.activeSourcePort },
    tls: certificate && { cert: certificate.cert, key: certificate.key },
    requireTls: plan.requireTls,
    timeouts: { data: plan.dataTimeout },
  };
}
