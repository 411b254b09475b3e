import type { Awaitable } from '@duoport/net';
import { type Reply, reply } from '@duoport/protocol';
import { type Answer, type Context, command } from '../command.ts';
import { FilesError, type ReadHandle, type WriteHow } from '../files/files.ts';
import type { HashAlgorithm } from '../files/hash.ts';
import { baseName, joinPath, resolvePath } from '../files/paths.ts';
import { then } from '../then.ts';
import type { ReceivePlan, SendPlan, TransferPlan } from '../transfer.ts';
import { fromWire, toWire } from '../transforms.ts';

/** RFC 959 §4.1.3, with REST (RFC 3659 §5) and RANG. */
export const retr = command('RETR', (context) => {
  const range = restartOf(context);
  if ('code' in range) return range;
  const { files, path } = context;
  return then<ReadHandle, Answer>(files.openRead(path), (handle) => {
    if (range.offset <= handle.size) return metered(context, sending(context, handle, range));
    const text = `The file has ${handle.size} bytes; REST ${range.offset} is beyond its end`;
    return then(handle.close(), () => reply(554, text));
  });
});

/** RFC 959 §4.1.3: STOR replaces the file, or goes on at REST. */
export const stor = command('STOR', (context) => {
  const range = restartOf(context);
  if ('code' in range) return range;
  const how: WriteHow = range.offset > 0 ? { kind: 'resume', offset: range.offset } : { kind: 'replace' };
  return then(store(context, context.path, how), (plan) => metered(context, plan));
});

export const appe = command('APPE', (context) => {
  if (context.run.restart !== undefined)
    return reply(503, 'APPE goes on at the end of the file; REST does not go with it');
  return then(store(context, context.path, { kind: 'append' }), (plan) => metered(context, plan));
});

/** RFC 959 §4.1.3, and RFC 1123 §4.1.2.9: the 150 names the file as `FILE: name`. */
export const stou = command('STOU', async (context) => {
  const { directory } = context.parameters;
  const path =
    context.argument === '' ? joinPath(directory, 'ftp') : resolvePath(directory, context.argument);
  const plan = await store(context, path, { kind: 'unique' });
  return metered(context, { ...plan, preliminary: `FILE: ${baseName(plan.what)}` });
});

/** Files are on the meter, listings and checksums are not. */
function metered({ login }: Context, plan: TransferPlan): Awaitable<TransferPlan> {
  return login?.meter === undefined ? plan : login.meter.metered(plan);
}

function sending({ path, parameters }: Context, handle: ReadHandle, range: Range): SendPlan {
  const source = part(handle, { path, from: range.offset, end: range.end });
  return {
    direction: 'send',
    what: path,
    source,
    offset: range.offset,
    size: parameters.type === 'image' ? source.size : undefined,
    transform: toWire(parameters),
  };
}

function store(context: Context, path: string, how: WriteHow): Awaitable<ReceivePlan> {
  const { files, parameters } = context;
  return then(files.prepareWrite(path, how), (plan) => ({
    direction: 'receive',
    what: plan.path,
    plan,
    transform: fromWire(parameters),
    checksum: checksumOf(context),
  }));
}

/** Which checksum is computed of an upload: none where nobody asked for it, or the store would not keep it. */
function checksumOf({ settings, files, parameters }: Context): HashAlgorithm | undefined {
  const { checksum } = settings;
  if (checksum === undefined || files.checksum === undefined) return undefined;
  return checksum === 'client' ? parameters.hash : checksum;
}

interface Range {
  readonly offset: number;
  /** The byte behind the last that was asked for. */
  readonly end: number;
}

/** What REST or RANG said of this transfer. Offsets count bytes, so they go with TYPE I only (RFC 3659 §5.3). */
function restartOf({ run, parameters }: Context): Range | Reply {
  const { restart } = run;
  const whole = { offset: 0, end: Number.POSITIVE_INFINITY };
  if (restart === undefined || restart.argument === '1 0') return whole;
  const [first = 0, last] = restart.argument.split(' ').map(Number);
  if (first === 0 && last === undefined) return whole;
  if (parameters.type === 'ascii') return reply(504, `${restart.verb} works in TYPE I only`);
  if (last !== undefined && run.row.transfer === 'to-server') return reply(504, 'RANG works with RETR only');
  return { offset: first, end: last === undefined ? Number.POSITIVE_INFINITY : last + 1 };
}

interface Part {
  readonly path: string;
  readonly from: number;
  /** The byte behind the last that was asked for. */
  readonly end: number;
}

function part(handle: ReadHandle, { path, from, end }: Part): SendPlan['source'] & { readonly size: number } {
  const promised = Math.min(handle.size, end);
  const checked = (count: number, at: number): number => {
    if (count === 0 && at < promised)
      throw new FilesError('io', { path, reason: 'The file became shorter while it was sent' });
    return count;
  };
  return {
    size: promised - from,
    read: (into, at) => {
      const left = end - at;
      if (left <= 0) return 0;
      const count = handle.read(left < into.length ? into.subarray(0, left) : into, at);
      return typeof count === 'number' ? checked(count, at) : count.then((later) => checked(later, at));
    },
    close: () => handle.close(),
  };
}
