import type { Dims, DType, Expr, PushOp, RoutineArray, TensorSpec, View } from '@sporelet/ir';
import type { AttrTable, AttrValues } from './attr.ts';
import type { ByName, ByPosition, Outputs } from './signature.ts';
import type { Tensor } from './tensor.ts';

/** An output element by its index: `(i, j) => x.at(j, i)`; a list for several outputs of one shape. */
export type PullFn = (...index: Expr[]) => Expr | readonly Expr[];

/** `out = init; for j over ...: out[index(j)] op= value(j)`, in order. */
export interface Push {
  /** Extents of the loop. */
  readonly over: Dims;
  readonly op: PushOp;
  readonly index: (...j: Expr[]) => readonly Expr[];
  readonly value: (...j: Expr[]) => Expr;
  /** What the output holds before; zeros by default. */
  readonly init?: (...index: Expr[]) => Expr;
}

/** What `infer` gives: the shape of the output, or one per output; a full spec where the signature says `?`. */
export type Inferred = Dims | readonly (Dims | TensorSpec)[] | TensorSpec;

/** A gradient, a function that computes it when it is needed, or null where there is none. */
export type GradEntry = Tensor | null | (() => Tensor);

/** What a gradient declaration is given. */
export interface GradContext<S extends string, A> {
  /** Gradient of the first output. */
  readonly g: Tensor;
  /** Gradients of all outputs; zeros for outputs that were not used. */
  readonly gs: Outputs<S, Tensor>;
  readonly ins: ByPosition<S, Tensor>;
  readonly outs: Outputs<S, Tensor>;
  readonly attrs: AttrValues<A>;
  /** Whether input number i (as the signature counts) needs its gradient. */
  readonly need: (i: number) => boolean;
  /** Whether output number k has a gradient. */
  readonly has: (k: number) => boolean;
}

interface Common<S extends string, A> {
  /** The primitive's class name: `Add`. */
  readonly name: string;
  /** `x:T, y:T, axis ; keepDims -> T`: see docs/adding-an-op.md. */
  readonly sig: S;
  /** One or two sentences: what it computes, formula, source, departures. */
  readonly doc: string;
  /** Attributes by name: kind and default. */
  readonly attrs?: A;
  /** Dtypes each group may have; all real ones by default, integers for `I`, floats for `S`, bool for `B`. */
  readonly dtypes?: Readonly<Record<string, readonly DType[]>>;
  /** Name of the function form; by default the class name with a small first letter. */
  readonly fn?: string;
  /** Names under which it is a method of Tensor. */
  readonly method?: string | readonly string[];
  /** How many outputs a call returns, when the last ones are only state that was updated. */
  readonly returns?: number;
  /**
   * Gradients by input position, each summed over broadcast axes and cast to its input's dtype afterwards. null = the
   * output is constant for derivatives on purpose; absent = an error when the backward walk gets there.
   */
  readonly grad?: ((c: GradContext<S, A>) => readonly (GradEntry | readonly GradEntry[])[]) | null;
}

type Infer<S extends string, A> = (ins: ByName<S, TensorSpec>, attrs: AttrValues<A>, op: string) => Inferred;

/** Element-wise: the output element from the elements of the inputs, broadcast and promoted. */
export interface EachSpec<S extends string, A> extends Common<S, A> {
  /** By default the broadcast shape of all inputs, for every output. */
  readonly infer?: Infer<S, A>;
  readonly each: (ins: ByName<S, Expr>, attrs: AttrValues<A>, outs: readonly TensorSpec[]) => Expr | readonly Expr[];
}

/** Each output element as an expression over its index. */
export interface PullSpec<S extends string, A> extends Common<S, A> {
  readonly infer: Infer<S, A>;
  readonly pull: (
    ins: ByName<S, View>,
    attrs: AttrValues<A>,
    outs: readonly TensorSpec[],
  ) => PullFn | readonly (PullFn | Push)[];
}

/** Input elements sent to output places. */
export interface PushSpec<S extends string, A> extends Common<S, A> {
  readonly infer: Infer<S, A>;
  readonly push: (
    ins: ByName<S, View>,
    attrs: AttrValues<A>,
    outs: readonly TensorSpec[],
  ) => Push | readonly (PullFn | Push)[];
}

/** A written body over whole arrays. */
export interface RoutineSpec<S extends string, A> extends Common<S, A> {
  readonly infer: Infer<S, A>;
  readonly routine: (ins: readonly RoutineArray[], outs: readonly RoutineArray[], attrs: AttrValues<A>) => void;
}

/** The elements of the first input with another shape. */
export interface AliasSpec<S extends string, A> extends Common<S, A> {
  readonly infer: Infer<S, A>;
  readonly alias: true;
}

/** A composite of other ops; it has their gradients. */
export interface BodySpec<S extends string, A> extends Common<S, A> {
  readonly body: (ins: ByName<S, Tensor>, attrs: AttrValues<A>) => Tensor | readonly Tensor[];
}

export type OpSpec<S extends string, A> =
  EachSpec<S, A> | PullSpec<S, A> | PushSpec<S, A> | RoutineSpec<S, A> | AliasSpec<S, A> | BodySpec<S, A>;

/** A declaration with the types of its names forgotten, as the machinery holds it. */
export interface RawSpec {
  readonly name: string;
  readonly sig: string;
  readonly doc: string;
  readonly attrs?: AttrTable;
  readonly dtypes?: Readonly<Record<string, readonly DType[]>>;
  readonly fn?: string;
  readonly method?: string | readonly string[];
  readonly returns?: number;
  readonly grad?: ((c: RawGradContext) => readonly (GradEntry | readonly GradEntry[])[]) | null;
  readonly infer?: (ins: Named, attrs: Named, op: string) => Inferred;
  readonly each?: (ins: Named, attrs: Named, outs: readonly TensorSpec[]) => Expr | readonly Expr[];
  readonly pull?: (ins: Named, attrs: Named, outs: readonly TensorSpec[]) => PullFn | readonly (PullFn | Push)[];
  readonly push?: (ins: Named, attrs: Named, outs: readonly TensorSpec[]) => Push | readonly (PullFn | Push)[];
  readonly routine?: (ins: readonly RoutineArray[], outs: readonly RoutineArray[], attrs: Named) => void;
  readonly alias?: true;
  readonly body?: (ins: Named, attrs: Named) => Tensor | readonly Tensor[];
}

export type Named = Readonly<Record<string, unknown>>;

export interface RawGradContext {
  readonly g: Tensor;
  readonly gs: readonly Tensor[];
  readonly ins: readonly (Tensor | readonly Tensor[] | null)[];
  readonly outs: readonly Tensor[];
  readonly attrs: Named;
  readonly need: (i: number) => boolean;
  readonly has: (k: number) => boolean;
}
