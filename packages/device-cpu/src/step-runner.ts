/** How a plan's steps run on one tier: their code is ready, their argument blocks are in the heap. */
export interface StepRunner {
  /** Called before the addresses of a run are settled, with the length given to it: may allocate. */
  prepare(n: number): void;
  /** Runs steps `from` up to `to`; `n` is the number of units of the steps that have no fixed one. */
  run(from: number, to: number, n: number): void;
  /**
   * Runs all steps up to the first check that fails, where that is one call: the number of the check, or -1.
   * @param times - gets the milliseconds of each step that ran
   */
  all?(times?: Float64Array): number;
}

/**
 * Makes the runner of one plan.
 * @param args - the address of each step's argument block
 * @param flags - the address of the word in which each check leaves what it finds
 * @param own - allocates bytes of the heap that live as long as the plan, and gives their address
 */
export type MakeRunner = (args: Int32Array, flags: readonly number[], own: (bytes: number) => number) => StepRunner;
