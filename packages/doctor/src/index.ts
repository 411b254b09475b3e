export { diagnose } from './diagnose.ts';
export { type FindingCode, findingCodes } from './finding-codes.ts';
export { harmless } from './harmless.ts';
export { observe } from './observe.ts';
export type { Attempt, DialObservation, HopTrace, Observations, ServerView } from './observations.ts';
export type { DoctorOptions, Progress } from './options.ts';
export { renderReport, visibleFindings } from './render/render-report.ts';
export type { RenderOptions } from './render/style.ts';
export type { DataVerb, Finding, Hop, HopSide, ModeResult, Remedy, Report } from './report.ts';
