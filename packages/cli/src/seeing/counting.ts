import type { PoolGauges } from '@duoport/net';
import type { DataFailure, DataShut, ServerEvent } from '@duoport/server';
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';
import { type MetricKey, type MetricRow, metricsTable } from './metrics-table.ts';

/** The numbers of one process as plain data. */
export type MetricsRead = readonly MetricObjectWithValues<MetricValue<string>>[];

/** What is asked of a server whenever its numbers are read. */
export interface Measured {
  readonly sessions: number;
  readonly ports: PoolGauges;
  readonly shut: readonly DataShut[];
}

/** What the first process alone knows. */
export interface FirstFacts {
  readonly certificates: readonly { readonly hosts: string; readonly expires: number }[];
  readonly hooks: readonly { readonly hook: string; readonly results: Readonly<Record<string, number>> }[];
  readonly lines: ReadonlyMap<string, number>;
}

/** Counts what one process of a server does. */
export class Counting {
  readonly #registry = new Registry();
  readonly #counters = new Map<MetricKey, Counter>();
  readonly #gauges = new Map<MetricKey, Gauge>();
  readonly #waits: Histogram;
  readonly #measure: () => Measured | undefined;
  readonly #facts: () => FirstFacts | undefined;

  /** `measure`: undefined for a process that runs no sessions. */
  constructor({
    measure = () => undefined,
    facts = () => undefined,
  }: {
    readonly measure?: () => Measured | undefined;
    readonly facts?: () => FirstFacts | undefined;
  }) {
    this.#measure = measure;
    this.#facts = facts;
    const registers = [this.#registry];
    for (const [key, row] of Object.entries(metricsTable) as [MetricKey, MetricRow][]) {
      const { name, help, labels, type } = row;
      const options = { name, help, labelNames: labels, registers };
      if (type === 'counter') this.#counters.set(key, new Counter(options));
      else if (type === 'gauge') this.#gauges.set(key, new Gauge(options));
    }
    const { name, help, labels, buckets } = metricsTable.dataWait;
    this.#waits = new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers });
    collectDefaultMetrics({ register: this.#registry });
  }

  count(event: ServerEvent): void {
    switch (event.kind) {
      case 'connected':
        return this.#add('sessionsTotal');
      case 'secured':
        return this.#add('tlsSessionsTotal', { protocol: event.protocol });
      case 'tls-failed':
        return this.#add('tlsFailuresTotal', { fault: event.fault });
      case 'login':
        return this.#add('loginsTotal', { result: 'accepted' });
      case 'login-refused':
        return this.#add('loginsTotal', { result: 'refused' });
      case 'logins-unavailable':
        return this.#add('loginsTotal', { result: 'unavailable' });
      case 'transfer':
        return this.#transfer(event);
      case 'data-failed':
        return this.#failed(event);
      case 'changed':
        return this.#add('changesTotal', { change: event.change });
      case 'limited':
        return this.#add('limitedTotal', { limit: event.limit });
      case 'offence':
        return this.#add('offencesTotal', { offence: event.offence });
      case 'ban':
        return this.#add('bansTotal', { by: event.by });
      case 'bug':
        return this.#add('faultsTotal');
    }
  }

  async read(): Promise<MetricsRead> {
    const measured = this.#measure();
    if (measured !== undefined) this.#measured(measured);
    const facts = this.#facts();
    if (facts !== undefined) this.#first(facts);
    this.#gauges.get('processes')?.set(1);
    return await this.#registry.getMetricsAsJSON();
  }

  #add(key: MetricKey, labels: Readonly<Record<string, string>> = {}, by = 1): void {
    this.#counters.get(key)?.inc(labels, by);
  }

  /** Counted elsewhere, since the start. */
  #at(key: MetricKey, count: number, labels: Readonly<Record<string, string>> = {}): void {
    const counter = this.#counters.get(key);
    counter?.remove(labels);
    counter?.inc(labels, count);
  }

  #transfer({ verb, mode, reply, direction, bytes, data }: Extract<ServerEvent, { kind: 'transfer' }>): void {
    this.#add('transfersTotal', { verb, mode, result: resultOf(reply.code) });
    this.#add('bytesTotal', { direction: direction === 'send' ? 'to-client' : 'to-server', mode }, bytes);
    if (data === undefined) return;
    this.#add('dataTotal', { mode: data.mode, result: 'ok' });
    this.#waits.observe({ mode: data.mode }, data.waited / 1000);
    if (data.resumed !== undefined) this.#add('dataTlsTotal', { resumed: data.resumed ? 'yes' : 'no' });
  }

  #failed({ mode, problem, cause }: Extract<ServerEvent, { kind: 'data-failed' }>): void {
    this.#add('dataTotal', { mode, result: becameOf[problem] });
    this.#add('dataFailuresTotal', { mode, cause });
  }

  #measured({ sessions, ports, shut }: Measured): void {
    this.#gauges.get('sessions')?.set(sessions);
    this.#gauges.get('ports')?.set(ports.capacity ?? 0);
    this.#gauges.get('portsLeased')?.set(ports.leases);
    this.#at('portsRefusedTotal', ports.refused);
    this.#at('portsExpiredTotal', ports.expired);
    this.#at('straysTotal', ports.strays);
    const gauge = this.#gauges.get('dataShut');
    gauge?.reset();
    for (const { cause } of shut) gauge?.inc({ cause });
  }

  #first({ hooks, lines, certificates }: FirstFacts): void {
    const ends = this.#gauges.get('certificateEnd');
    ends?.reset();
    for (const { hosts, expires } of certificates) ends?.set({ certificate: hosts }, expires / 1000);
    for (const [log, count] of lines) this.#at('linesLostTotal', count, { log });
    for (const { hook, results } of hooks)
      for (const [result, count] of Object.entries(results)) this.#at('hooksTotal', count, { hook, result });
  }
}

function resultOf(code: number): string {
  if (code < 300) return 'done';
  if (code === 425 || code === 522) return 'no-connection';
  return code === 426 ? 'broken' : 'failed';
}

const becameOf: Readonly<Record<DataFailure['problem'], string>> = {
  'never-came': 'timed-out',
  'half-open': 'timed-out',
  'no-answer': 'timed-out',
  'wrong-address': 'wrong-peer',
  'illegal-address': 'wrong-peer',
  refused: 'refused',
  rejected: 'refused',
};
