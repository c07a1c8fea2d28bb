/** WebGPU's flags; Node has no globals for them. */
export const MAP_READ = 1;
export const COPY_SRC = 4;
export const COPY_DST = 8;
export const STORAGE = 128;
export const RESOLVE = 512;
