import { FtpLocalError } from './errors.ts';

/** What a decoder returns for bytes that have no meaning: a plain sentence. Decoders never throw. */
export interface ProtocolFault {
  readonly fault: string;
}

export function fault(text: string): ProtocolFault {
  return { fault: text };
}

/** True when a decoder gave up. */
export function isFault<Value>(value: Value | ProtocolFault): value is ProtocolFault {
  return typeof value === 'object' && value !== null && 'fault' in value;
}

/**
 * Refuses what could be read as two lines or as the end of one: CR, LF, NUL. Every encoder of a line asks here.
 * Throws FtpLocalError.
 */
export function refuseLineBreaks(text: string, what: string): void {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 13 || unit === 10 || unit === 0) {
      const name = unit === 13 ? 'CR' : unit === 10 ? 'LF' : 'NUL';
      throw new FtpLocalError(`${what} must not contain ${name}: FTP has no way to send it on a line`);
    }
  }
}
