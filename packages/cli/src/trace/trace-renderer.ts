import type { Side, TraceEvent } from '@duoport/net';
import { formatEndpoint } from '@duoport/protocol';
import { printable } from '../printable.ts';
import type { Stroke } from './arrow.ts';
import { ConnectionStory, session } from './connection-story.ts';
import { from, Layout, type LayoutOptions, type Step } from './layout.ts';

/** The whole picture of a recorded trace. Pure. */
export function renderTrace(events: readonly TraceEvent[], options: LayoutOptions): readonly string[] {
  const renderer = new TraceRenderer(options);
  return [...events.flatMap((event) => renderer.push(event)), ...renderer.flush()];
}

/** Draws the control connection and the data connections as a timeline, event by event while they happen. */
export class TraceRenderer {
  readonly #layout: Layout;
  readonly #stories = new Map<string, ConnectionStory>();
  /** A reply of several lines whose last line has not come yet: drawn as one step, or FEAT alone would fill the screen. */
  #reply: { readonly at: number; readonly end: string; readonly lines: readonly string[] } | undefined;
  #start: number | undefined;

  constructor(options: LayoutOptions) {
    this.#layout = new Layout(options);
  }

  /** The lines that this event adds. The first event brings the title with it. */
  push(event: TraceEvent): readonly string[] {
    const header = this.#start === undefined ? this.#layout.header() : [];
    this.#start ??= event.at;
    const at = Math.max(0, event.at - this.#start);
    return [...header, ...this.#next(at, event)];
  }

  /** What is still held back when no more events come. */
  flush(): readonly string[] {
    const held = this.#reply;
    this.#reply = undefined;
    return held === undefined ? [] : this.#say(held.at, 'server', held.lines.join(' | '));
  }

  #next(at: number, event: TraceEvent): readonly string[] {
    if (event.kind !== 'line' || event.from !== 'server') return [...this.flush(), ...this.#draw(at, event)];
    // RFC 959 §4.2: `123-` begins, and the line that begins with `123 ` ends it.
    const held = this.#reply;
    const end = held?.end ?? /^\d{3}(?=-)/.exec(event.text)?.[0];
    if (end === undefined) return this.#draw(at, event);
    this.#reply = { at: held?.at ?? at, end, lines: [...(held?.lines ?? []), event.text.trim()] };
    return event.text.startsWith(`${end} `) || event.text === end ? this.flush() : [];
  }

  #say(at: number, side: Side, text: string): readonly string[] {
    return this.#layout.step(at, from(side, printable(text), { stroke: 'control', label: '' }));
  }

  #draw(at: number, event: TraceEvent): readonly string[] {
    if (event.kind === 'line') return this.#say(at, event.from, event.text);
    if (event.kind === 'decision') {
      return this.#layout.note(at, printable(`${event.what}: ${event.chosen}, because ${event.because}`));
    }
    const story = this.#story(event.connection);
    const first = story.stillOpen;
    story.see(event);
    // A data connection is done with when one end has let go of it; whose sockets they were is in the sentence.
    if (event.kind === 'closed') return this.#layout.note(at, story.summary(event));
    return this.#layout.step(at, draw(event, first));
  }

  #story(name: string): ConnectionStory {
    const known = this.#stories.get(name);
    if (known !== undefined) return known;
    const story = new ConnectionStory(name);
    this.#stories.set(name, story);
    return story;
  }
}

type DrawnEvent = Exclude<TraceEvent, { readonly kind: 'line' | 'decision' | 'closed' }>;

function draw(event: DrawnEvent, first: boolean): Step {
  const stroke: Stroke = event.connection === 'control' ? 'control' : 'data';
  const label = event.connection;
  switch (event.kind) {
    case 'listen':
      return { [event.by]: listening(event), arrow: { stroke: 'none', from: undefined, label } };
    case 'dial':
      return from(event.by, `dials ${formatEndpoint(event.to)}${source(event.from)}`, {
        stroke: 'attempt',
        label,
      });
    case 'open':
      return both(event.by, [formatEndpoint(event.from), `${formatEndpoint(event.to)} is open`], {
        stroke,
        label,
      });
    case 'tls':
      return {
        client: `${event.protocol}, ${session(event.reused)}`,
        server: event.cipher,
        arrow: { stroke, from: undefined, label: 'TLS' },
      };
    case 'clear':
      return { client: 'TLS ends, in clear from here', arrow: { stroke, from: undefined, label } };
    case 'first-byte':
      return from(event.from, 'first byte', { stroke, label });
    case 'fin':
      return from(event.from, first ? 'closes first (FIN)' : 'closes too (FIN)', { stroke, label });
    case 'reset':
      return from(event.from, first ? 'resets (RST)' : 'resets too (RST)', { stroke, label });
    case 'stray':
      return {
        server: printable(`turned away ${formatEndpoint(event.peer)}: ${event.because}`),
        arrow: { stroke: 'none', from: undefined, label },
      };
    case 'failed':
      return {
        server: printable(`${event.phase} failed: ${event.error}`),
        arrow: { stroke: 'none', from: undefined, label: `${label} !` },
      };
  }
}

function both(
  by: Side,
  texts: readonly [string, string],
  arrow: { readonly stroke: Stroke; readonly label: string },
): Step {
  const far = by === 'client' ? 'server' : 'client';
  return { [by]: texts[0], [far]: texts[1], arrow: { ...arrow, from: by } };
}

function listening(event: Extract<TraceEvent, { readonly kind: 'listen' }>): string {
  const { on, advertised } = event;
  const told = advertised === undefined || (advertised.address === on.address && advertised.port === on.port);
  return `listens on ${formatEndpoint(on)}${told ? '' : `, announced as ${formatEndpoint(advertised)}`}`;
}

function source(place: { readonly address?: string; readonly port?: number } | undefined): string {
  if (place === undefined || (place.address === undefined && !place.port)) return '';
  const port = place.port ? `port ${place.port}` : '';
  return ` from ${[place.address ?? '', port].filter((part) => part !== '').join(' ')}`;
}
