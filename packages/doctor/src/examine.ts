import { diagnose } from './diagnose.ts';
import { observe } from './observe.ts';
import type { DoctorOptions } from './options.ts';
import type { Report } from './report.ts';

/**
 * Finds out why the data connection fails with a server: tries everything that `observe` tries, and draws the conclusions.
 * Throws what `observe` throws.
 */
export async function examine(options: DoctorOptions): Promise<Report> {
  return diagnose(await observe(options));
}
