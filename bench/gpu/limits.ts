/** What limits the figures, from the profiles. */
export const gpuLimits: readonly string[] = [];
