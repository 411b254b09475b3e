export { type FindingCode, findingCodes } from './finding-codes.ts';
export type { Attempt, DialObservation, HopTrace, Observations, ServerView } from './observations.ts';
export type { DoctorOptions, Progress } from './options.ts';
export type { DataVerb, Finding, Hop, HopSide, ModeResult, Remedy, Report } from './report.ts';
