import type { Origins } from './origins.ts';
import type { Problem } from './problem.ts';
import type { Settings } from './schema.ts';

/** Looks for what is well written key by key and cannot be together. */
export type Look = (settings: Settings, origins: Origins) => readonly Problem[];
