import { type AccountRules, AccountsUnavailable, rulesFault } from '@duoport/server';
import { AccountFault, type Database, type Row, type Run } from './database.ts';

/** A group as it is stored: rules that hold for its users where they have none of their own. */
export interface StoredGroup {
  readonly name: string;
  readonly rules: AccountRules;
}

/** A user as it is stored. */
export interface StoredUser extends StoredGroup {
  /** A hash in text form (`@duoport/passwords`). */
  readonly password: string;
  readonly group: string | undefined;
  /** Own rules, and those of the group where there are none. */
  readonly effective: AccountRules;
}

/** What may be changed of a user or a group; `undefined` as the value of a rule takes it away. */
export interface AccountChange {
  readonly rules?: Readonly<Record<string, unknown>>;
  /** `null`: no group. */
  readonly group?: string | null;
}

const select = `select u.name, u.password, u.group_name, u.rules, g.rules as group_rules
  from duoport_users u left join duoport_groups g on g.name = u.group_name`;

/** Users and groups in a database. */
export class AccountStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Undefined: nobody has that name. */
  async user(name: string): Promise<StoredUser | undefined> {
    if (!isPossibleName(name)) return undefined;
    const { rows } = await this.#database.run(`${select} where u.name = ?`, [name]);
    return rows[0] && userOf(rows[0]);
  }

  /** By name. */
  async users(): Promise<readonly StoredUser[]> {
    const { rows } = await this.#database.run(`${select} order by u.name`);
    return rows.map(userOf);
  }

  /** @throws AccountFault when the name is taken, cannot be one, or the group or a rule does not exist. */
  async addUser(name: string, password: string, change: AccountChange = {}): Promise<void> {
    checkName(name);
    const rules = changed({}, change.rules);
    await this.#database.exclusively(async (run) => {
      await checkGroup(run, change.group);
      const { changed: added } = await run(
        'insert into duoport_users (name, password, group_name, rules) values (?, ?, ?, ?) on conflict do nothing',
        [name, password, change.group ?? null, rules],
      );
      if (added === 0) throw new AccountFault(`There is a user ${name} already.`);
    });
  }

  async setUser(name: string, change: AccountChange): Promise<void> {
    await this.#database.exclusively(async (run) => {
      const [row] = (await run('select group_name, rules from duoport_users where name = ?', [name])).rows;
      if (row === undefined) throw noUser(name);
      await checkGroup(run, change.group);
      const group = change.group === undefined ? text(row, 'group_name') : change.group;
      const rules = changed(rulesOf(row, 'rules'), change.rules);
      const values = [group ?? null, rules, name];
      await run('update duoport_users set group_name = ?, rules = ? where name = ?', values);
    });
  }

  /** `before`: only while the hash is still this one. Returns whether it was. */
  async setPassword(name: string, password: string, before?: string): Promise<boolean> {
    const sql = 'update duoport_users set password = ? where name = ?';
    const { changed: count } =
      before === undefined
        ? await this.#database.run(sql, [password, name])
        : await this.#database.run(`${sql} and password = ?`, [password, name, before]);
    if (count === 0 && before === undefined) throw noUser(name);
    return count > 0;
  }

  async removeUser(name: string): Promise<void> {
    const { changed: count } = await this.#database.run('delete from duoport_users where name = ?', [name]);
    if (count === 0) throw noUser(name);
  }

  async groups(): Promise<readonly StoredGroup[]> {
    const { rows } = await this.#database.run('select name, rules from duoport_groups order by name');
    return rows.map((row) => ({ name: text(row, 'name') ?? '', rules: rulesOf(row, 'rules') }));
  }

  /** Makes the group when there is none. */
  async setGroup(name: string, rules: Readonly<Record<string, unknown>> = {}): Promise<void> {
    checkName(name);
    await this.#database.exclusively(async (run) => {
      const [row] = (await run('select rules from duoport_groups where name = ?', [name])).rows;
      const next = changed(row === undefined ? {} : rulesOf(row, 'rules'), rules);
      if (row === undefined)
        await run('insert into duoport_groups (name, rules) values (?, ?)', [name, next]);
      else await run('update duoport_groups set rules = ? where name = ?', [next, name]);
    });
  }

  /** @throws AccountFault while somebody is in it. */
  async removeGroup(name: string): Promise<void> {
    await this.#database.exclusively(async (run) => {
      const sql = 'select name from duoport_users where group_name = ? order by name limit 1';
      const [member] = (await run(sql, [name])).rows;
      if (member !== undefined)
        throw new AccountFault(`The group ${name} is not empty: ${text(member, 'name')} is in it.`);
      const { changed: count } = await run('delete from duoport_groups where name = ?', [name]);
      if (count === 0) throw noGroup(name);
    });
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** Names are text that a line of a terminal can show, and that no database changes on the way. */
function isPossibleName(name: string): boolean {
  return /^[^\p{Cc}\p{Cs}]{1,255}$/u.test(name);
}

function checkName(name: string): void {
  if (isPossibleName(name) && name.trim() === name) return;
  throw new AccountFault('A name has 1 to 255 characters, no control characters, and no blanks at its ends.');
}

async function checkGroup(run: Run, group: string | null | undefined): Promise<void> {
  if (group === undefined || group === null) return;
  const { rows } = await run('select name from duoport_groups where name = ?', [group]);
  if (rows.length === 0) throw noGroup(group);
}

/** The rules with the changes, as they are stored. */
function changed(rules: AccountRules, changes: AccountChange['rules'] = {}): string {
  const next = { ...rules, ...changes };
  const fault = rulesFault(next);
  if (fault !== undefined) throw new AccountFault(`${fault}.`);
  return JSON.stringify(next);
}

function userOf(row: Row): StoredUser {
  const rules = rulesOf(row, 'rules');
  return {
    name: text(row, 'name') ?? '',
    password: text(row, 'password') ?? '',
    group: text(row, 'group_name'),
    rules,
    effective: row['group_rules'] === null ? rules : { ...rulesOf(row, 'group_rules'), ...rules },
  };
}

/** What somebody else wrote into the database may be anything; a rule that is not understood must not be passed over. */
function rulesOf(row: Row, column: string): AccountRules {
  const broken = (what: string) => new AccountsUnavailable(`The rules of an account are broken: ${what}.`);
  let rules: unknown;
  try {
    rules = JSON.parse(text(row, column) ?? '');
  } catch {
    throw broken('no JSON');
  }
  if (typeof rules !== 'object' || rules === null || Array.isArray(rules)) throw broken('no JSON object');
  const fault = rulesFault(rules as Record<string, unknown>);
  if (fault !== undefined) throw broken(fault);
  return rules;
}

function text(row: Row, column: string): string | undefined {
  const value = row[column];
  return typeof value === 'string' ? value : undefined;
}

function noUser(name: string): AccountFault {
  return new AccountFault(`There is no user ${name}.`);
}

function noGroup(name: string): AccountFault {
  return new AccountFault(`There is no group ${name}.`);
}
