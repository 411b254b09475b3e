import { AccountsUnavailable } from '@duoport/server';
import type { Database, Run } from './database.ts';

/**
 * What made the tables what they are, step by step; a step that was released is never changed. The same words mean the same in
 * SQLite and PostgreSQL. Rules are JSON text: they are looked at one account at a time, and new ones need no step.
 */
const steps: readonly (readonly string[])[] = [
  [
    'create table duoport_groups (name text not null primary key, rules text not null)',
    `create table duoport_users (
      name text not null primary key,
      password text not null,
      group_name text references duoport_groups (name),
      rules text not null
    )`,
  ],
  [
    `create table duoport_usage (
      account text not null primary key,
      used_bytes bigint not null default 0,
      used_files bigint not null default 0,
      held_bytes bigint not null default 0,
      held_files bigint not null default 0,
      grown_bytes bigint not null default 0,
      grown_files bigint not null default 0,
      changes bigint not null default 0,
      epoch bigint not null default 0,
      period_kind text not null default 'ever',
      period_first bigint not null default 0,
      up_bytes bigint not null default 0,
      down_bytes bigint not null default 0
    )`,
  ],
  [
    'create table duoport_counters (name text not null primary key, value bigint not null)',
    "insert into duoport_counters (name, value) values ('bans', 0)",
    "insert into duoport_counters (name, value) values ('points', 0)",
    // Times are milliseconds since the epoch. One that was taken back stays for a while, for the nodes to see.
    `create table duoport_bans (
      subject text not null primary key,
      since bigint not null,
      ends bigint,
      reason text not null,
      made_by text not null,
      removed integer not null,
      revision bigint not null
    )`,
    'create index duoport_bans_revision on duoport_bans (revision)',
    `create table duoport_points (
      revision bigint not null primary key,
      node text not null,
      subject text not null,
      points double precision not null,
      told bigint not null
    )`,
    'create table duoport_nodes (id text not null primary key, beat bigint not null)',
    'create table duoport_seats (id text not null primary key, node text not null, user_name text not null)',
    'create index duoport_seats_user on duoport_seats (user_name)',
  ],
];

/** Brings the tables up to date; several nodes may do so at once. */
export async function migrate(database: Database): Promise<void> {
  await database.exclusively(async (run) => {
    await run('create table if not exists duoport_schema (version integer not null)');
    const version = await versionOf(run);
    if (version > steps.length) {
      throw new AccountsUnavailable(
        `The accounts were written by a newer duoport (schema ${version}; this one knows ${steps.length}).`,
      );
    }
    for (const step of steps.slice(version)) for (const statement of step) await run(statement);
    if (version === steps.length) return;
    await run('delete from duoport_schema');
    await run('insert into duoport_schema (version) values (?)', [steps.length]);
  });
}

async function versionOf(run: Run): Promise<number> {
  const { rows } = await run('select version from duoport_schema');
  return Number(rows[0]?.['version'] ?? 0);
}
