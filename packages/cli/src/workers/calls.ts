/** What two processes say to each other about calls. Plain data; `call` numbers those of the side that asks. */
export type Called =
  | {
      readonly kind: 'call';
      readonly call: number;
      readonly service: string;
      readonly method: string;
      readonly args: readonly unknown[];
    }
  | { readonly kind: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly kind: 'fault'; readonly call: number; readonly fault: CallFault };

interface CallFault {
  readonly message: string;
  readonly name: string;
  readonly code: string | undefined;
}

/** A call that has failed: there, or because the other process is gone or does not keep up. `code` and `name` are those of the error there. */
export class CallError extends Error {
  readonly code: string | undefined;

  constructor({ message, name, code }: CallFault) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** Calls that wait for their answers, in one direction. More than that is a process that has stopped to answer. */
const mostWaiting = 20_000;

const lostCode = 'LOST';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * Calls between two processes, in both directions: services by their names, which are objects with async methods of plain data.
 * A call that can have no answer any more is rejected at once.
 */
export class CallChannel {
  readonly #send: (message: Called) => void;
  readonly #services: ReadonlyMap<string, object>;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #closed: string | undefined;

  /** `services`: what the other side may call, by name. */
  constructor(send: (message: Called) => void, services: object = {}) {
    this.#send = send;
    this.#services = new Map(Object.entries(services));
  }

  /** Rejects with CallError. */
  call(service: string, method: string, args: readonly unknown[]): Promise<unknown> {
    const hindrance =
      this.#closed ?? (this.#waiting.size >= mostWaiting ? 'the other process does not answer' : undefined);
    if (hindrance !== undefined) return Promise.reject(lost(`${service}.${method}`, hindrance));
    const call = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      this.#send({ kind: 'call', call, service, method, args });
    });
  }

  /** What the other side says. */
  hear(message: Called): void {
    if (message.kind === 'call') {
      void this.#answer(message);
      return;
    }
    const waiting = this.#waiting.get(message.call);
    this.#waiting.delete(message.call);
    if (message.kind === 'answer') waiting?.resolve(message.value);
    else waiting?.reject(new CallError(message.fault));
  }

  /** The other side is gone. Whoever waits is told. */
  close(because: string): void {
    this.#closed ??= because;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(lost('a call', because));
  }

  async #answer({ call, service, method, args }: Extract<Called, { readonly kind: 'call' }>): Promise<void> {
    try {
      const value = await invoke(this.#services.get(service), method, args);
      if (this.#closed === undefined) this.#send({ kind: 'answer', call, value });
    } catch (error) {
      if (this.#closed === undefined) this.#send({ kind: 'fault', call, fault: faultOf(error) });
    }
  }
}

/** Every method an async one. */
type AllAsync<Service> = {
  readonly [Name in keyof Service]: Service[Name] extends (...args: never[]) => Promise<unknown>
    ? Service[Name]
    : never;
};

/** The service of that name on the other side of the channel, as if it were here. */
export function remoteService<Service extends AllAsync<Service>>(
  channel: CallChannel,
  name: string,
): Service {
  const methods = new Map<string, (...args: readonly unknown[]) => Promise<unknown>>();
  const made = new Proxy(Object.create(null) as object, {
    get: (_, method) => {
      // Whoever awaits it by mistake gets it, and not a call of `then`.
      if (typeof method !== 'string' || method === 'then') return undefined;
      const known = methods.get(method) ?? ((...args) => channel.call(name, method, args));
      methods.set(method, known);
      return known;
    },
  });
  return made as Service;
}

/** There was no answer, and not one that says no. */
export function isLost(error: unknown): boolean {
  return error instanceof CallError && error.code === lostCode;
}

function invoke(service: object | undefined, method: string, args: readonly unknown[]): unknown {
  const found: unknown =
    service === undefined || method in Object.prototype ? undefined : Reflect.get(service, method);
  if (typeof found !== 'function') throw new TypeError(`there is no ${method} to be called`);
  return Reflect.apply(found, service, args);
}

function faultOf(error: unknown): CallFault {
  if (!(error instanceof Error)) return { message: String(error), name: 'Error', code: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { message: error.message, name: error.name, code };
}

function lost(what: string, because: string): CallError {
  return new CallError({ message: `No answer to ${what}: ${because}`, name: 'CallError', code: lostCode });
}
