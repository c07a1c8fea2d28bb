export { renderChart } from './chart.ts';
export type { ChartOptions, ChartSeries } from './chart.ts';
export { sparkline, terminalPlot } from './chart-terminal.ts';
export { Profiler } from './profiler.ts';
export type { ProfileSummary, ProfilerOptions } from './profiler.ts';
export type { ProfileRow } from './profile-table.ts';
export { ProgressBar, renderProgress, renderProgressLine } from './progress.ts';
export type { ProgressOptions, ProgressOutput, ProgressState, ProgressUpdate } from './progress.ts';
export { terminal } from './progress-node.ts';
export {
  checkpointBytes,
  loadCheckpoint,
  loadCheckpointBytes,
  loadParamIntoNet,
  saveCheckpoint,
} from './serialization.ts';
export type { LoadOptions, NamedTensor, ParameterDict, SaveObject, SaveOptions } from './serialization.ts';
