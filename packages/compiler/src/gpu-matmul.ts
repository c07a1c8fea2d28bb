import type { Axis, Expr } from '@sporelet/ir';
import { Axis as LoopAxis, Expr as ExprNode, FreeAxes, axisRef, constant, flatIndex, float32, int32, rebuild, slope, substitute } from '@sporelet/ir'; // prettier-ignore
import type { GpuBuilder } from './gpu-plan.ts';
import { sizeOfAxes } from './gpu-product.ts';
import type { Product } from './gpu-product.ts';
import { Placer } from './place.ts';
import { BLOCK, WgslPrinter } from './wgsl-nest.ts';
import type { GroupOperands } from './gpu-pull.ts';

/** Steps along the summed axes that a tile keeps in workgroup memory. */
const DEPTH = 16;
/** A thread of a tile computes a block of so many rows and columns. */
const SIDE = 4;
/** Blocks that are enough for the threads of a processor; and those that one of them does as a workgroup. */
const BLOCKS = 128;
const TOGETHER = 16;
/** Stands for the sum in what follows it, and for a place in workgroup memory. */
const SUM = 1_000_000;
const TILE = SUM + 1;

/** Replaces the reduction by a read of the accumulator. */
function withSum(e: Expr, node: Expr, memo = new Map<Expr, Expr>()): Expr {
  if (e === node) return new ExprNode('read', float32, [constant(0, int32)], { input: SUM, stored: float32 });
  const known = memo.get(e);
  if (known) return known;
  const args = e.args.map((a) => withSum(a, node, memo));
  const r = args.every((a, i) => a === e.args[i]) ? e : rebuild(e, args);
  memo.set(e, r);
  return r;
}

/** Whether neighbouring elements of a factor along `last` of `axes` lie side by side in memory. */
function walks(e: Expr, axes: readonly Axis[]): boolean {
  const axis = axes.at(-1);
  if (!axis) return false;
  const free = new FreeAxes();
  const reads: Expr[] = [];
  const walk = (x: Expr): void => {
    if (x.kind === 'read') reads.push(x);
    x.args.forEach(walk);
  };
  walk(e);
  return reads.some((r) => slope(r.args[0]!, axis, free) === 1);
}

/** The kernel of a product under way. */
class ProductKernel {
  readonly printer: WgslPrinter;
  private readonly p: Product;
  private readonly g: GroupOperands;

  constructor(p: Product, g: GroupOperands) {
    this.p = p;
    this.g = g;
    this.printer = new WgslPrinter({
      load: (operand, stored, offset) => (operand === SUM ? 'total' : g.spelling.load?.(operand, stored, offset)),
      store: (operand, stored, offset, value) =>
        operand === TILE ? `value = ${value};` : g.spelling.store?.(operand, stored, offset, value),
    });
  }

  lines(...texts: readonly string[]): void {
    for (const text of texts) this.printer.line(text);
  }

  /** What follows the sums of a thread's block, whose first element is (row, column), and the stores. */
  finish(values: readonly Expr[], axes: readonly Axis[], rows = SIDE, columns = SIDE): void {
    const { p, g, printer } = this;
    const across = { at: 'j', from: 'column', name: 'n', count: columns, extent: p.n, axes: p.columns };
    const down = { at: 'i', from: 'row', name: 'm', count: rows, extent: p.m, axes: p.rows };
    // Telling axes apart takes divisions: the side with more of them is outside.
    const sides = p.columns.length > p.rows.length ? [across, down] : [down, across];
    sides.forEach(({ at, from, name, count, extent, axes: own }, depth) => {
      this.lines(`for (var ${at}: i32 = 0; ${at} < ${count}; ${at}++) {`);
      printer.indent(depth + 2);
      this.lines(`let ${name} = ${from} + ${at};`, `if (${name} >= ${extent}) { break; }`);
      printer.axes(own, name);
    });
    this.lines(columns > 4 ? `let total = sums[i * ${columns / 4} + j / 4][j % 4];` : 'let total = sums[i][j];');
    const offset = flatIndex(axes.map((a) => a.extent), axes.map(axisRef)); // prettier-ignore
    const stores = values.map((v, i) => ({ output: g.outputs[i]!.operand, stored: g.outputs[i]!.stored, offset, value: withSum(v, p.node) })); // prettier-ignore
    printer.body(new Placer(0).nest(axes, stores, 'element', false));
    printer.indent(1);
    this.lines('  }', '}');
  }

  dispatch(b: GpuBuilder, threads: number, groups: number, head: readonly string[]): void {
    const { operands, outputs } = this.g;
    b.dispatch({ threads, head, body: this.printer.take(), operands, written: new Set(outputs.map((o) => o.operand)), groups }); // prettier-ignore
  }
}

/**
 * Adds the dispatch of a matrix product, or of what is like one. What precedes the factors and follows the sum runs
 * within. A GPU keeps tiles of both factors in workgroup memory; a processor that imitates one has caches for that, and
 * barriers cost it more than they save.
 */
export function emitProduct(
  b: GpuBuilder,
  p: Product,
  g: GroupOperands,
  values: readonly Expr[],
  axes: readonly Axis[],
): void {
  const kernel = new ProductKernel(p, g);
  const { software, threads, sharedBytes } = b.limits;
  const fits = (p.tileM * p.tileN) / SIDE ** 2 <= threads && DEPTH * (p.tileM + p.tileN) * 4 <= sharedBytes;
  if (software || !fits) emitDirect(b, p, kernel, values, axes);
  else emitTiled(b, p, kernel, values, axes);
}

type Rest = readonly [kernel: ProductKernel, values: readonly Expr[], axes: readonly Axis[]];

function emitTiled(b: GpuBuilder, p: Product, ...[kernel, values, axes]: Rest): void {
  const { tileM, tileN } = p;
  const { printer } = kernel;
  const across = tileN / SIDE;
  const threads = (tileM / SIDE) * across;
  const [tilesM, tilesN] = [Math.ceil(p.m / tileM), Math.ceil(p.n / tileN)];
  kernel.lines(
    'let tile = number;',
    `if (tile >= ${p.tiles}) { return; }`,
    `let column0 = (tile % ${tilesN}) * ${tileN};`,
    `let row0 = ((tile / ${tilesN}) % ${tilesM}) * ${tileM};`,
    `let blockRow = (lid / ${across}) * ${SIDE};`,
    `let blockColumn = (lid % ${across}) * ${SIDE};`,
    'let row = row0 + blockRow;',
    'let column = column0 + blockColumn;',
    `var sums: array<vec4<f32>, ${SIDE}>;`,
  );
  printer.axes(p.batch, `(tile / ${tilesN * tilesM})`);
  kernel.lines(`for (var k0: i32 = 0; k0 < ${p.k}; k0 += ${DEPTH}) {`);
  printer.indent(2);
  loadTile(printer, 'left', p.left, p.rows, p, { threads, tile: tileM, extent: p.m, from: 'row0' });
  loadTile(printer, 'right', p.right, p.columns, p, { threads, tile: tileN, extent: p.n, from: 'column0' });
  kernel.lines(
    'workgroupBarrier();',
    `for (var k: i32 = 0; k < ${DEPTH}; k++) {`,
    `  let at = k * ${tileN} + blockColumn;`,
    '  let b = vec4<f32>(right[at], right[at + 1], right[at + 2], right[at + 3]);',
    ...Array.from({ length: SIDE }, (_, i) => `  sums[${i}] += left[k * ${tileM} + blockRow + ${i}] * b;`),
    '}',
    'workgroupBarrier();',
  );
  printer.indent(1);
  kernel.lines('}');
  kernel.finish(values, axes);
  kernel.dispatch(b, threads, p.tiles, [
    `var<workgroup> left: array<f32, ${DEPTH * tileM}>;`,
    `var<workgroup> right: array<f32, ${DEPTH * tileN}>;`,
  ]);
}

/**
 * The block of a thread that costs least: reading a factor takes a processor as long as eight products, and blocks that
 * stick out of the output cost as much as others.
 */
function blockFor({ m, n, batch }: Product): { rows: number; columns: number } {
  const blocks = (rows: number, columns: number) => Math.ceil(m / rows) * Math.ceil(n / columns) * sizeOfAxes(batch);
  const cost = (rows: number, columns: number) => blocks(rows, columns) * (rows + columns + (rows * columns) / 8);
  let best = { rows: SIDE, columns: SIDE };
  for (const columns of [4, 8]) {
    for (let rows = 4; rows <= 8; rows++) {
      if (blocks(rows, columns) >= BLOCKS && cost(rows, columns) < cost(best.rows, best.columns))
        best = { rows, columns };
    }
  }
  return best;
}

/** Each thread reads the factors of its block from where they lie. */
function emitDirect(b: GpuBuilder, p: Product, ...[kernel, values, axes]: Rest): void {
  const { printer } = kernel;
  const { rows, columns } = blockFor(p);
  const [across, down] = [Math.ceil(p.n / columns), Math.ceil(p.m / rows)];
  const blocks = across * down * sizeOfAxes(p.batch);
  kernel.lines(
    `let block = number * ${TOGETHER} + lid;`,
    `if (block >= ${blocks}) { return; }`,
    `let column = (block % ${across}) * ${columns};`,
    `let row = ((block / ${across}) % ${down}) * ${rows};`,
    `var sums: array<vec4<f32>, ${(rows * columns) / 4}>;`,
  );
  printer.axes(p.batch, `(block / ${across * down})`);
  const own: Axis[] = [];
  // Each of them has axes of its own, the last ones clamped: their results are not stored.
  const several = (count: number, factor: Expr, of: readonly Axis[], from: string, extent: number): Expr[] =>
    Array.from({ length: count }, (_, i) => {
      const copies = of.map((a) => new LoopAxis(a.name, a.extent));
      own.push(...copies);
      printer.axes(copies, extent % count ? `min(${from} + ${i}, ${extent - 1})` : `(${from} + ${i})`);
      return substitute(factor, new Map(of.map((a, d) => [a, axisRef(copies[d]!)])));
    });
  const factors = [
    ...several(rows, p.left, p.rows, 'row', p.m),
    ...several(columns, p.right, p.columns, 'column', p.n),
  ];
  const body = new ExprNode('apply', float32, factors, { fn: BLOCK, value: rows });
  const value = new ExprNode('reduce', float32, [body], { fn: 'sum', axes: p.depth, order: { partials: 1 } });
  const nest = new Placer(0).nest([...p.batch, ...own], [{ output: SUM, stored: float32, offset: constant(0, int32), value }], 'element', false); // prettier-ignore
  printer.body({ ...nest, row: nest.row.filter((s) => s.kind !== 'store') });
  kernel.finish(values, axes, rows, columns);
  kernel.dispatch(b, TOGETHER, Math.ceil(blocks / TOGETHER), []);
}

interface TileShape {
  readonly threads: number;
  readonly tile: number;
  readonly extent: number;
  readonly from: string;
}

/** All threads bring one factor's tile into workgroup memory, along the axis that lies side by side. */
function loadTile(
  printer: WgslPrinter,
  name: string,
  factor: Expr,
  own: readonly Axis[],
  { depth, k: extentK }: Product,
  t: TileShape,
): void {
  const alongDepth = walks(factor, depth) && !walks(factor, own);
  const [fast, slow, width] = alongDepth ? ['dk', 'dm', DEPTH] : ['dm', 'dk', t.tile];
  const checks = [...(t.extent % t.tile ? [`m < ${t.extent}`] : []), ...(extentK % DEPTH ? [`k < ${extentK}`] : [])];
  const lines = (...texts: readonly string[]): void => texts.forEach((text) => printer.line(text));
  lines(
    `for (var t: i32 = lid; t < ${DEPTH * t.tile}; t += ${t.threads}) {`,
    `  let ${fast} = t % ${width};`,
    `  let ${slow} = t / ${width};`,
    `  let m = ${t.from} + dm;`,
    '  let k = k0 + dk;',
    '  var value: f32 = 0.0;',
    checks.length ? `  if (${checks.join(' && ')}) {` : '  {',
  );
  printer.indent(4);
  printer.axes(own, 'm');
  printer.axes(depth, 'k');
  const stores = [{ output: TILE, stored: float32, offset: constant(0, int32), value: factor }];
  printer.body(new Placer(0).nest([...new FreeAxes().of(factor)], stores, 'element', false));
  printer.indent(2);
  lines('  }', `  ${name}[dk * ${t.tile} + dm] = value;`, '}');
}
