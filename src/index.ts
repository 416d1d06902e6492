/** The public API of Millrace. */
export type { Document, DocumentId } from './core/document.js';
export { ERROR_CODES, MillraceError, isMillraceError, type ErrorCode } from './core/errors.js';
export { isFailure, type EntropyReport, type Failure, type Report } from './core/report.js';
export {
  createEngine,
  type CloseOptions,
  type Engine,
  type EngineStats,
  type OperationOptions,
} from './engine/engine.js';
export type { DocumentSource } from './engine/document-stream.js';
export type { EngineOptions } from './engine/options.js';
