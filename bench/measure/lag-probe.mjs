// Loaded into a server with --import: says how late its event loop was. A connection to the socket that DUOPORT_LAG_SOCKET names
// gets the numbers since the one before, in milliseconds, as JSON.
import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const histogram = monitorEventLoopDelay({ resolution: 1 });
histogram.enable();
const milliseconds = (nanoseconds) => nanoseconds / 1e6;

createServer((socket) => {
  socket.on('error', () => undefined);
  const [half, most] = [50, 99].map((share) => milliseconds(histogram.percentile(share)));
  socket.end(JSON.stringify({ half, most, worst: milliseconds(histogram.max) }));
  histogram.reset();
})
  .listen(process.env.DUOPORT_LAG_SOCKET)
  .unref();
