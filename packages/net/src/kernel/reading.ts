import type { RawStream } from '../raw-stream.ts';

/** Node keeps the kernel's end of a socket here; undocumented, and in place from Node 0.x to 26. */
interface WithHandle {
  readonly _handle?: {
    readonly fd?: number;
    reading: boolean;
    readStop(): number;
    readStart(): number;
  } | null;
}

/** The descriptor of a TCP socket; undefined for anything else. */
export function socketDescriptor(stream: RawStream): number | undefined {
  const fd = (stream as WithHandle)._handle?.fd ?? -1;
  return stream.mustEnd || stream.destroyed || fd < 0 ? undefined : fd;
}

/** Node takes nothing more from the kernel. What it has taken is in the stream's buffer. */
export function stopReading(stream: RawStream): void {
  const { _handle: handle } = stream as WithHandle;
  if (!handle) return;
  handle.readStop();
  handle.reading = false;
}

/** The stream itself would not begin again: it does not know that it was stopped. */
export function startReading(stream: RawStream): void {
  const { _handle: handle } = stream as WithHandle;
  if (!handle || stream.destroyed) return;
  handle.reading = true;
  handle.readStart();
}
