import type { Axis, Expr } from '@sporelet/ir';
import { Expr as ExprNode, FreeAxes, axisRef, constant, flatIndex, int32, float32, slope } from '@sporelet/ir';
import type { GpuBuilder } from './gpu-plan.ts';
import type { Product } from './gpu-product.ts';
import { Placer } from './place.ts';
import { WgslPrinter } from './wgsl-nest.ts';
import type { GroupOperands } from './gpu-pull.ts';

/** Steps along the summed axes that a tile keeps in workgroup memory. */
const DEPTH = 16;
/** Each thread computes a block of 4 x 4. */
const BLOCK = 4;
/** Stands for the sum in what follows it, and for a place in workgroup memory. */
const SUM = 1_000_000;
const TILE = SUM + 1;

/** Replaces the reduction by a read of the accumulator. */
function withSum(e: Expr, node: Expr, memo = new Map<Expr, Expr>()): Expr {
  if (e === node) return new ExprNode('read', float32, [constant(0, int32)], { input: SUM, stored: float32 });
  const known = memo.get(e);
  if (known) return known;
  const args = e.args.map((a) => withSum(a, node, memo));
  const { fn, axes, input, stored, order, value } = e;
  const r = args.every((a, i) => a === e.args[i])
    ? e
    : new ExprNode(e.kind, e.dtype, args, { value, axes, input, order, ...(fn ? { fn } : {}), ...(stored ? { stored } : {}) }); // prettier-ignore
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

/**
 * Adds the dispatch of a matrix product in tiles: a workgroup keeps a tile of both factors in workgroup memory, each
 * thread a block of the result in registers. What precedes the factors and follows the sum runs within.
 */
export function emitProduct(
  b: GpuBuilder,
  p: Product,
  g: GroupOperands,
  values: readonly Expr[],
  axes: readonly Axis[],
): void {
  const { tileM, tileN } = p;
  const across = tileN / BLOCK;
  const threads = (tileM / BLOCK) * across;
  const [tilesM, tilesN] = [Math.ceil(p.m / tileM), Math.ceil(p.n / tileN)];
  const printer = new WgslPrinter({
    load: (operand, stored, offset) => (operand === SUM ? 'total' : g.spelling.load?.(operand, stored, offset)),
    store: (operand, stored, offset, value) =>
      operand === TILE ? `value = ${value};` : g.spelling.store?.(operand, stored, offset, value),
  });
  const lines = (...texts: readonly string[]): void => texts.forEach((text) => printer.line(text));
  lines(
    'let tile = i32(group.x + group.y * groups.x);',
    `if (tile >= ${p.tiles}) { return; }`,
    `let column0 = (tile % ${tilesN}) * ${tileN};`,
    `let row0 = ((tile / ${tilesN}) % ${tilesM}) * ${tileM};`,
    `let row = (lid / ${across}) * ${BLOCK};`,
    `let column = (lid % ${across}) * ${BLOCK};`,
    `var sums: array<vec4<f32>, ${BLOCK}>;`,
  );
  printer.axes(p.batch, `(tile / ${tilesN * tilesM})`);
  lines(`for (var k0: i32 = 0; k0 < ${p.k}; k0 += ${DEPTH}) {`);
  printer.indent(2);
  loadTile(printer, 'left', p.left, p.rows, p, { threads, tile: tileM, extent: p.m, from: 'row0' });
  loadTile(printer, 'right', p.right, p.columns, p, { threads, tile: tileN, extent: p.n, from: 'column0' });
  lines(
    'workgroupBarrier();',
    `for (var k: i32 = 0; k < ${DEPTH}; k++) {`,
    `  let at = k * ${tileN} + column;`,
    '  let b = vec4<f32>(right[at], right[at + 1], right[at + 2], right[at + 3]);',
    ...Array.from({ length: BLOCK }, (_, i) => `  sums[${i}] += left[k * ${tileM} + row + ${i}] * b;`),
    '}',
    'workgroupBarrier();',
  );
  printer.indent(1);
  lines(
    '}',
    `for (var i: i32 = 0; i < ${BLOCK}; i++) {`,
    `  for (var j: i32 = 0; j < ${BLOCK}; j++) {`,
    '    let m = row0 + row + i;',
    '    let n = column0 + column + j;',
    `    if (m >= ${p.m} || n >= ${p.n}) { continue; }`,
    '    let total = sums[i][j];',
  );
  const offset = flatIndex(axes.map((a) => a.extent), axes.map(axisRef)); // prettier-ignore
  const stores = values.map((v, i) => ({ output: g.outputs[i]!.operand, stored: g.outputs[i]!.stored, offset, value: withSum(v, p.node) })); // prettier-ignore
  printer.indent(3);
  printer.axes(p.rows, 'm');
  printer.axes(p.columns, 'n');
  printer.body(new Placer(0).nest(axes, stores, 'element', false));
  printer.indent(1);
  lines('  }', '}');
  b.dispatch({
    threads,
    head: [`var<workgroup> left: array<f32, ${DEPTH * tileM}>;`, `var<workgroup> right: array<f32, ${DEPTH * tileN}>;`],
    body: printer.take(),
    operands: g.operands,
    written: new Set(g.outputs.map((o) => o.operand)),
    groups: p.tiles,
  });
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
