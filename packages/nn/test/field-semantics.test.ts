import { Parameter, ParameterTuple, Tensor } from '@sporelet/core';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as nn from '../src/index.ts';
import './setup.ts';

const source = `
class Block extends nn.Cell {
  #hidden = 3;
  weight = new Parameter([1, 2]);
  act = new nn.ReLU();
  layers = [new nn.Dense(2, 2), new nn.Dense(2, 2)];
  late: nn.Cell | null = null;
  get hidden() { return this.#hidden; }
  construct(x: Tensor) { return this.layers[1](this.act(this.layers[0](x))); }
}
class Net extends nn.Cell {
  first: Block;
  name = new Parameter([3]);
  length: number = 5;
  pair: ParameterTuple;
  constructor() {
    super();
    this.first = new Block();
    this.pair = new ParameterTuple([new Parameter([1], 'p'), new Parameter([2], 'q')]);
    this.first.late = new nn.Dense(2, 1);
  }
  construct(x: Tensor) { return this.first(x); }
}
return new Net();
`;

/** The network made by the source compiled with defined or with assigned class fields. */
function build(useDefineForClassFields: boolean): nn.Cell<(x: Tensor) => Tensor> & { readonly length: number } {
  const { outputText } = ts.transpileModule(`function make() {${source}}`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, useDefineForClassFields },
  });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the point is how classes are compiled
  const run = new Function('nn', 'Parameter', 'ParameterTuple', 'Tensor', `${outputText}; return make();`) as (
    ...given: unknown[]
  ) => unknown;
  return run(nn, Parameter, ParameterTuple, Tensor) as nn.Cell<(x: Tensor) => Tensor> & { readonly length: number };
}

describe.each([true, false])('class fields with useDefineForClassFields: %s', (define) => {
  it('are found with the same names', () => {
    const net = build(define);
    expect([...net.parametersAndNames()].map(([path, p]) => [path, p.name])).toEqual(
      [
        'name',
        'p',
        'q',
        'first.weight',
        'first.layers.0.weight',
        'first.layers.0.bias',
        'first.layers.1.weight',
        'first.layers.1.bias',
        'first.late.weight',
        'first.late.bias',
      ].map((n) => [n, n]),
    );
    expect(net.length).toBe(5);
    expect(net(new Tensor([[1, 2]])).shape.join()).toBe('1,2');
  });
});
