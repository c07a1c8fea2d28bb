/**
 * The words by which the threads of a pool talk, as indices of 32-bit words in the heap's first page. What different
 * threads write lies on different cache lines.
 */
export const words = {
  /** 64 bits: epoch and the ends of what is left (see claim.ts). */
  claim: 256,
  /** The epoch again: what idle workers watch. */
  bell: 272,
  /** Workers that wait at the bell. */
  sleepers: 288,
  /** Chunks that workers have finished in this region. */
  done: 304,
  /** 1 while the main thread waits for `done`. */
  waiting: 320,
  /** Workers with this number or a greater one rest. */
  limit: 336,
  /** Workers that have started. */
  started: 352,
  /** 1 while a run of many steps goes on: the next region is near. */
  awake: 360,
  /** The region's job: kernel module (number, address and length of its bytes), function, arguments, units, units of a chunk. */
  job: 368,
  /** 1 when a worker has failed, then the length of its message. */
  error: 384,
  errorLength: 385,
  /** The message, a character a word. */
  errorText: 400,
} as const;

/** Characters of a worker's message that are kept. */
export const ERROR_CHARACTERS = 500;
/** Idle threads look at a word this long before they sleep, in milliseconds. */
export const SPIN_MS = 0.02;
/** The same during a run of many steps: waking a thread takes longer than most steps that are not shared. */
export const AWAKE_MS = 0.5;
/** Looks between two readings of the clock. */
export const SPIN_TIMES = 400;
/** Chunks of a region at most: both ends of what is left are 16 bits. */
export const MOST_CHUNKS = 0xffff;
