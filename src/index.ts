/** The public API of Millrace. */
export type { CacheOptions, NamespaceOptions } from './cache/cache-options.js';
export type { GuardReport, StackStats, TierReport } from './cache/cache-stats.js';
export type { KeyOptions, SetOptions, WarmOptions } from './cache/call-options.js';
export type { CompressedTierOptions } from './cache/compressed-tier.js';
export { createCache, type Cache, type CacheStats } from './cache/create-cache.js';
export type { DiskTierOptions } from './cache/disk/disk-options.js';
export type { KeyMaker } from './cache/key.js';
export type { MemoryTierOptions } from './cache/memory-tier.js';
export { NAMESPACE_PRESETS } from './cache/namespace-presets.js';
export type { Key } from './cache/tier.js';
export type { Hit, TieredCache } from './cache/tiered-cache.js';
export type { Clock, ScheduleOptions, Timer } from './core/clock.js';
export type { Document, DocumentId } from './core/document.js';
export { ERROR_CODES, MillraceError, isMillraceError, type ErrorCode } from './core/errors.js';
export type { FilterOptions } from './core/filter-options.js';
export {
  FILTER_DEFAULTS,
  FILTER_NAMES,
  FILTER_REASONS,
  FILTER_STATS,
  type AllThresholds,
  type FilterName,
  type FilterReason,
  type FilterStats,
  type FilterThresholds,
  type FilterVerdict,
} from './core/filters.js';
export type { DocumentationWeights, MeasureOptions, Measures } from './core/measures.js';
export {
  isFailure,
  type CountsReport,
  type DocumentationReport,
  type EntropyReport,
  type Failure,
  type ReadabilityReport,
  type Report,
} from './core/report.js';
export {
  createEngine,
  type CloseOptions,
  type Engine,
  type EngineStats,
  type OperationOptions,
  type ScoreAllOptions,
} from './engine/engine.js';
export type { Processor } from './engine/jobs/plan.js';
export type { AnyProcessor, JobsStatistics, ResumeOptions } from './engine/jobs/jobs.js';
export type { ItemContext } from './engine/jobs/item-context.js';
export type { Items } from './engine/jobs/item-source.js';
export type { Job, JobEvents, JobProgress, JobStatus, JobSummary, RetryEvent } from './engine/jobs/job.js';
export type { JobOptions, JobsOptions } from './engine/jobs/options.js';
export { isItemFailure, type ItemFailure, type ItemResult, type ItemValue } from './engine/jobs/results.js';
export { finalError } from './core/flow/final-error.js';
export type { Priority } from './core/flow/priority.js';
export { explain, type Explanation, type ExplainOptions } from './engine/explain/explain.js';
export type { Check, CheckKind, CheckOutcome } from './engine/explain/checks.js';
export type { Advice, DimensionExplanation, Part } from './engine/explain/dimensions.js';
export type { Repeat, Repeats } from './engine/explain/repeats.js';
export type { GraphEvents, GraphRun, GraphSummary } from './engine/graph/graph-run.js';
export type { GraphOptions } from './engine/graph/options.js';
export type { CpuTask, Task, TaskContext, TaskOutcome, WaitTask } from './engine/graph/task.js';
export type { DocumentSource } from './engine/documents/document-stream.js';
export type { EngineOptions } from './engine/options.js';
export { calibrate } from './engine/calibrate/calibrate.js';
export type {
  Calibration,
  CalibrationSample,
  EstimatedShare,
  FilterCalibration,
  GateProposal,
  Proposals,
  Share,
  ThresholdCalibration,
  ThresholdEffect,
  ThresholdProposal,
} from './engine/calibrate/calibration.js';
export type { Distribution, Histogram } from './engine/calibrate/distribution.js';
export type { CalibrateOptions } from './engine/calibrate/options.js';
export { createMockServer, type MockServer, type MockStats } from './refine/mock/server.js';
export type { MockPrices, MockServerOptions } from './refine/mock/options.js';
export { createProvider } from './refine/providers/create-provider.js';
export type { HttpProviderName, ProviderOptions } from './refine/providers/options.js';
export {
  CallError,
  type CallErrorCode,
  type CallVerdict,
  type Completion,
  type CompletionRequest,
  type FinishReason,
  type LimitState,
  type Provider,
  type RateLimits,
  type Usage,
} from './refine/providers/provider.js';
export { getEngine } from './engine/shared-engine.js';
export { PRESETS, type PresetName } from './engine/presets.js';
export type { MemoryOptions } from './engine/options.js';
export type { EngineEvents } from './engine/engine.js';
export type { StageTiming } from './monitor/stage-timing.js';
export {
  BASELINES_DIR,
  Baselines,
  compareWith,
  measuresOf,
  type Baseline,
  type ComparedMeasure,
  type Comparison,
  type Measured,
} from './monitor/baselines.js';
export {
  Benchmark,
  type AgainstResult,
  type BenchmarkCase,
  type BenchmarkEvents,
  type BenchmarkOptions,
  type BenchmarkResult,
  type BenchmarkSuite,
  type CaseResult as BenchmarkCaseResult,
  type RoundEvent,
  type SuiteResult as BenchmarkSuiteResult,
  type Work,
} from './monitor/benchmark.js';
export { UTILIZATION_THRESHOLDS, findBottleneck, type Bottleneck } from './monitor/bottleneck.js';
export { LatencyHistogram, type LatencyPoint, type LatencySummary } from './monitor/latency-histogram.js';
export { describeMachine, isSameMachine, type MachineFacts } from './monitor/machine.js';
export {
  Monitor,
  defaultMonitor,
  measure,
  type MonitorEvents,
  type MonitorOptions,
  type MonitorSample,
} from './monitor/monitor.js';
export type { ProcessSample } from './monitor/process-sample.js';
export { ProcessSampler, type ProcessSamplerOptions } from './monitor/process-sampler.js';
export { deltaOf, wholeOf, type MonitorDelta, type MonitorSnapshot, type StageDelta } from './monitor/snapshot.js';
export type { RunOutcome, StageFigures, StageKind, StageMeter, StageOptions } from './monitor/stage-meter.js';
export { ratioOfMedians, type BootstrapOptions, type RatioInterval } from './monitor/statistics/bootstrap.js';
export { LOSS_THRESHOLDS, judgeChange, type Better, type Change, type Severity } from './monitor/statistics/change.js';
export { mannWhitney, type MannWhitney } from './monitor/statistics/mann-whitney.js';
export { median, quantile, spreadOf, type Spread } from './monitor/statistics/median.js';
export { fitSlope, growthOf, type Growth, type Point, type Slope } from './monitor/statistics/slope.js';
export { AdaptiveBatch, type AdaptiveBatchOptions } from './core/flow/adaptive-batch.js';
export { LimiterSet, type LimiterSetOptions, type SetGrant } from './core/flow/limiter-set.js';
export { MemoryGuard, type MemoryChange, type MemoryGuardOptions, type MemoryState } from './core/flow/memory-guard.js';
export { RateLimiter, type Grant, type RateLimiterOptions } from './core/flow/rate-limiter.js';
export { Semaphore, type Permit, type SemaphoreOptions } from './core/flow/semaphore.js';
export type { RefineProvider, RefineRunOptions } from './engine/refine/options.js';
export { RefineRun, type RefineOutcome, type RefineStatus } from './engine/refine/refine-run.js';
export { defineStrategy, type Strategy } from './refine/strategies/strategy.js';
export type { RefineOptions } from './refine/options.js';
export type { EssentialNumbers, RefinedRow, RefineUsage, Step, StepOutcome, Stopped } from './refine/row.js';
export type { PriceOptions, PricesOptions } from './refine/prices.js';
export { refineByRules } from './refine/providers/rules/refine-by-rules.js';
export type { RulesOptions } from './refine/providers/rules/options.js';
export { RULE_NAMES, type RuleName } from './refine/providers/rules/rule.js';
export type { EngineCacheOptions } from './engine/report-cache/cache-option.js';
export type { EngineCacheStats } from './engine/report-cache/engine-cache.js';
export { runBench } from './harness/bench/run-bench.js';
export type { BenchOptions, BenchProgress } from './harness/bench/options.js';
export type { BaselineRatio, BenchResult, BenchedDocuments, CaseResult, SuiteResult } from './harness/bench/result.js';
export type { CaseUnit, SuiteName } from './harness/bench/suite.js';
export { DocumentGenerator, type GeneratedDocument, type GeneratorOptions } from './harness/documents.js';
export { refineFiles } from './engine/refine-files/refine-files.js';
export { estimateRefineFiles } from './engine/refine-files/estimate.js';
export { verifyRefineRun, type VerifyRefineRunOptions } from './engine/refine-files/verify.js';
export type {
  RefineEstimate,
  RefineFilesOptions,
  RefineFilesSummary,
  RefineProgress,
} from './engine/refine-files/options.js';
export type { Difference } from './ledger/calls/verify.js';
export { runStress } from './harness/stress/stress.js';
export type { FaultShares, StressMode, StressOptions } from './harness/stress/options.js';
export { CRITERIA, type Criterion, type CriterionName } from './harness/stress/criteria.js';
export type { CallFigures, Probes, StressProgress, StressResult, ThroughputPoint } from './harness/stress/result.js';
export type { Counts as StressCounts } from './harness/stress/accounts.js';
export type { ChaosEvent, ChaosKind } from './harness/stress/chaos.js';
