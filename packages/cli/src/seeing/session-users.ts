import type { ServerEvent } from '@duoport/server';

/** Who is logged in on a session. */
export interface SessionUser {
  readonly name: string;
  readonly anonymous: boolean;
}

/** Remembers who is logged in on which session, from what the server tells. */
export class SessionUsers {
  readonly #users = new Map<number, SessionUser>();
  readonly #closed: number[] = [];

  /** Whose event it is; to be asked once for each, in their order. */
  of(event: ServerEvent): SessionUser | undefined {
    if (event.kind === 'login')
      this.#users.set(event.session, { name: event.user, anonymous: event.anonymous });
    const user = this.#users.get(event.session);
    if (event.kind === 'closed') this.#forget(event.session);
    return user;
  }

  /** A transfer that the end of its session broke off is told after that end, so the last few users are still known. */
  #forget(session: number): void {
    this.#closed.push(session);
    while (this.#closed.length > 100) this.#users.delete(this.#closed.shift() ?? session);
  }
}
