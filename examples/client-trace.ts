// Both connections as they happen: every command and reply, who dialled whom, who closed first.
import { connect } from '@duoport/client';
import type { TraceEvent } from '@duoport/net';
import { serveFolder } from './support/serve-folder.ts';

await using server = await serveFolder({ 'readme.txt': 'Hello.\n' });
await using ftp = await connect(server.url, { mode: 'auto', trace: print });
await ftp.get('readme.txt', { write: () => undefined });

// Without `trace`, the last events are still there when something went wrong.
console.log(`${ftp.transcript.length} events in the transcript`);

function print(event: TraceEvent): void {
  switch (event.kind) {
    case 'line':
      return console.log(`${event.from === 'client' ? '→' : '←'} ${event.text}`);
    case 'open':
      return console.log(
        `  ${event.connection}: the ${event.by} dialled ${event.to.address}:${event.to.port}`,
      );
    case 'tls':
      return console.log(`  ${event.connection}: ${event.protocol}${event.reused ? ', resumed' : ''}`);
    case 'fin':
      return console.log(`  ${event.connection}: the ${event.from} closed its side`);
    case 'decision':
      return console.log(`  ${event.what}: ${event.chosen}, because ${event.because}`);
    default:
  }
}
