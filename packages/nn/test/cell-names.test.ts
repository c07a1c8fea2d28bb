import { Parameter, ParameterTuple, Tensor } from '@sporelet/core';
import { KeyError, ValueError } from '@sporelet/ir';
import { describe, expect, it, vi } from 'vitest';
import { Cell, CellDict, CellList, SequentialCell } from '../src/index.ts';
import './setup.ts';

const make = (name?: string): Parameter => new Parameter(new Tensor([1, 1]), name);
const names = (cell: Cell): string[] => [...cell.parametersAndNames()].map(([path, p]) => `${path} ${p.name}`);

class Leaf extends Cell {
  w = make();
  named = make('given');
  construct(x: Tensor): Tensor {
    return x;
  }
}
/** The same with attributes assigned, as class fields are under `useDefineForClassFields: false`. */
class AssignedLeaf extends Cell {
  declare w: Parameter;
  declare named: Parameter;
  constructor() {
    super();
    this.w = make();
    this.named = make('given');
  }
  construct(x: Tensor): Tensor {
    return x;
  }
}
class Pair extends Cell {
  a = new Leaf();
  b = new Leaf();
  own = make('mine');
  construct(x: Tensor): Tensor {
    return this.b(this.a(x));
  }
}
class Wrapper extends Cell {
  readonly net: Cell;
  constructor(net: Cell, autoPrefix: boolean) {
    super({ autoPrefix });
    this.net = net;
  }
  construct(x: Tensor): Tensor {
    return x;
  }
}

describe.each([Leaf, AssignedLeaf])('names in %s', (Made) => {
  it('are attribute names, or given ones in the outermost cell', () => {
    expect(names(new Made())).toEqual(['w w', 'named given']);
  });
  it('are paths below a parent, whatever name was given', () => {
    const net = new SequentialCell([new Made()]);
    expect(names(net)).toEqual(['0.w 0.w', '0.named 0.named']);
  });
});

describe('parameter names', () => {
  it('follow the outermost cell that prefixes', () => {
    const pair = new Pair();
    expect(names(pair)).toEqual(['own mine', 'a.w a.w', 'a.named a.named', 'b.w b.w', 'b.named b.named']);
    const wrapped = new Wrapper(pair, false);
    expect(names(wrapped).slice(0, 2)).toEqual(['net.own mine', 'net.a.w a.w']);
    const outer = new Wrapper(wrapped, true);
    expect(names(outer).slice(0, 2)).toEqual(['net.net.own net.net.own', 'net.net.a.w net.net.a.w']);
    expect(pair.a.w.name).toBe('net.net.a.w');
  });
  it('are right inside a constructor and for late attributes', () => {
    let inside = '';
    class Net extends Cell {
      leaf = new Leaf();
      late: Cell | null = null;
      constructor() {
        super();
        inside = this.leaf.w.name;
      }
      construct(x: Tensor): Tensor {
        return x;
      }
    }
    const net = new Net();
    expect(inside).toBe('leaf.w');
    const other = new Leaf();
    expect(other.named.name).toBe('given');
    net.late = other;
    expect(other.named.name).toBe('late.named');
    net.late = null;
    expect(other.named.name).toBe('given');
  });
  it('stay when the cell around is forgotten', () => {
    const { a } = new Pair();
    expect(a.w.name).toBe('a.w');
  });
  it('of a shared parameter are its first path', () => {
    const pair = new Pair();
    pair.b.w = pair.a.w;
    expect(pair.b.w.name).toBe('a.w');
    expect(names(pair)).not.toContain('b.w a.w');
    expect(pair.trainableParams()).toHaveLength(4);
  });
  it('of tuples are their own, numbered when there are none', () => {
    class Net extends Cell {
      tuple = new ParameterTuple([make('t')]);
      unnamed = new ParameterTuple([make()]);
      construct(x: Tensor): Tensor {
        return x;
      }
    }
    expect(names(new Net())).toEqual(['t t', 'Parameter$1 Parameter$1']);
    expect(names(new SequentialCell([new Net() as never]))[0]).toBe('0.t 0.t');
  });
  it('can be prefixed by hand', () => {
    const pair = new Pair();
    pair.updateParametersName('g.');
    expect(names(pair).slice(0, 2)).toEqual(['own g.own', 'a.w g.a.w']);
  });
  it('must differ', () => {
    class Net extends Cell {
      a = make('same');
      b = make('same');
      construct(x: Tensor): Tensor {
        return x;
      }
    }
    expect(() => new Net().checkNames()).toThrow(ValueError);
    expect(() => new Net().checkNames()).toThrow("its name 'same' already exists");
    new Pair().checkNames();
  });
  it('may be any JavaScript name', () => {
    class Net extends Cell {
      override name = make();
      override length = make();
      override caller = make();
      override arguments = make();
      override prototype = make();
      construct(x: Tensor): Tensor {
        return x;
      }
    }
    expect([...new Net().parametersDict().keys()]).toEqual(['name', 'length', 'caller', 'arguments', 'prototype']);
  });
});

describe('walks', () => {
  it('find cells and parameters in plain arrays', () => {
    class Net extends Cell {
      layers = [new Leaf(), [new Leaf()]] as const;
      weights = [make()];
      numbers = [1, 2];
      construct(x: Tensor): Tensor {
        return x;
      }
    }
    const net = new Net();
    expect([...net.nameCells().keys()]).toEqual(['layers.0', 'layers.1.0']);
    expect(names(net)).toEqual([
      'layers.0.w layers.0.w',
      'layers.0.named layers.0.named',
      'layers.1.0.w layers.1.0.w',
      'layers.1.0.named layers.1.0.named',
      'weights.0 weights.0',
    ]);
  });
  it('take a list of parameters of other cells for what it is', () => {
    class Step extends Cell {
      net = new Leaf();
      weights = this.net.trainableParams();
      construct(x: Tensor): Tensor {
        return x;
      }
    }
    expect(names(new Step())).toEqual(['net.w net.w', 'net.named net.named']);
  });
  it('go parents first', () => {
    const net = new Wrapper(new Pair(), true);
    expect([...net.cellsAndNames()].map(([path]) => path)).toEqual(['', 'net', 'net.a', 'net.b']);
    expect([...net.cells()]).toEqual([net.net]);
    const seen: string[] = [];
    net.apply((cell) => seen.push(cell.clsName));
    expect(seen).toEqual(['Leaf', 'Leaf', 'Pair', 'Wrapper']);
    expect(net.getSubCell('net.b')).toBe((net.net as Pair).b);
    expect(() => net.getSubCell('net.c')).toThrow("The 'Wrapper' object has no sub cell 'net.c'.");
  });
  it('tell what is trained', () => {
    const leaf = new Leaf();
    leaf.named.requiresGrad = false;
    expect(leaf.trainableParams().map((p) => p.name)).toEqual(['w']);
    expect(leaf.untrainableParams().map((p) => p.name)).toEqual(['given']);
    expect([...new Pair().getParameters(false)]).toHaveLength(1);
  });
  it('end in rings', () => {
    class Child extends Cell {
      parent: Cell | null = null;
      w = make();
      construct(x: Tensor): Tensor {
        return x;
      }
    }
    class Parent extends Cell {
      child = new Child();
      construct(x: Tensor): Tensor {
        return x;
      }
    }
    const parent = new Parent();
    parent.child.parent = parent;
    expect(names(parent)).toEqual(['child.w child.w']);
    expect(String(parent)).toContain('Parent<...>');
  });
});

describe('losing parameters', () => {
  it('is an error when a tensor takes the place of one', () => {
    const leaf = new Leaf();
    leaf.trainableParams();
    (leaf as { w: Tensor }).w = new Tensor([2, 2]);
    expect(() => leaf.trainableParams()).toThrow(TypeError);
    expect(() => leaf.trainableParams()).toThrow(
      "For 'Leaf', the parameter 'w' was replaced by a Tensor: write this.w.setData(value).",
    );
    (leaf as unknown as { w: number }).w = 3;
    expect(() => leaf.trainableParams()).toThrow("the parameter 'w' was replaced by 3");
    leaf.w = make();
    expect(leaf.trainableParams()).toHaveLength(2);
    (leaf as { w: Parameter | null }).w = null;
    expect(leaf.trainableParams()).toHaveLength(1);
  });
  it('is an error when something else takes the place of a cell', () => {
    const pair = new Pair();
    pair.trainableParams();
    (pair as unknown as { a: number }).a = 1;
    expect(() => [...pair.cells()]).toThrow("the sub cell 'a' was replaced by 1");
  });
  it('is warned about once when no attribute leads to a cell', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    class Hidden extends Cell {
      readonly #leaf = new Leaf();
      readonly seen = new Leaf();
      construct(x: Tensor): Tensor {
        return this.seen(this.#leaf(x));
      }
    }
    const net = new Hidden();
    const x = new Tensor([1]);
    net(x);
    net(x);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toContain('Leaf is called in the construct of Hidden, but no attribute leads to it');
    warn.mockRestore();
  });
});

describe('insertion', () => {
  it('adds attributes', () => {
    const leaf = new Leaf();
    leaf.insertParamToCell('extra', make());
    leaf.insertChildToCell('child', new Leaf());
    expect([...leaf.parametersDict().keys()]).toEqual(['w', 'given', 'extra', 'child.w', 'child.named']);
  });
  it.each([
    ['', KeyError, "the argument 'paramName' should not be None."],
    ['a.b', KeyError, "the argument 'paramName' should not contain '.'."],
    ['training', KeyError, 'the training parameter already exists in the network.'],
  ])('refuses a parameter named %j', (name, type, text) => {
    expect(() => new Leaf().insertParamToCell(name, make())).toThrow(type);
    expect(() => new Leaf().insertParamToCell(name, make())).toThrow(text);
  });
  it('refuses what is neither parameter nor cell', () => {
    expect(() => new Leaf().insertParamToCell('z', 3 as never)).toThrow("must be 'Parameter' if not None, but got 3");
    expect(() => new Leaf().insertChildToCell('z', 3 as never)).toThrow("must be 'Cell' if not None, but got 3");
    expect(() => new Leaf().insertChildToCell('w', new Leaf())).toThrow(KeyError);
    expect(() => new Leaf().insertChildToCell('a.b', new Leaf())).toThrow(KeyError);
    expect(() => new Leaf().insertChildToCell(3 as never, new Leaf())).toThrow(TypeError);
  });
});

describe('containers', () => {
  class Add extends Cell<(x: Tensor) => Tensor> {
    readonly label: string;
    w = make();
    constructor(label: string) {
      super();
      this.label = label;
    }
    construct(x: Tensor): Tensor {
      return x;
    }
    override extendRepr(): string {
      return this.label;
    }
  }
  const labels = (cells: Iterable<Cell>): string[] => [...cells].map((c) => (c as Add).label);

  it('number their cells', () => {
    const seq = new SequentialCell(new Add('a'), new Add('b'));
    seq.append(new Add('c')).insert(0, new Add('z'));
    expect(labels(seq)).toEqual(['z', 'a', 'b', 'c']);
    expect(seq.length).toBe(4);
    expect(seq[1]).toBe(seq.at(-3));
    expect(names(seq).at(-1)).toBe('3.w 3.w');
    seq.delete(1).set(0, new Add('y'));
    expect(labels(seq)).toEqual(['y', 'b', 'c']);
    expect(names(seq)).toEqual(['0.w 0.w', '1.w 1.w', '2.w 2.w']);
  });
  it('keep the order of names that look like numbers', () => {
    const seq = new SequentialCell(new Map([['conv', new Add('a')], ['relu', new Add('b')]])); // prettier-ignore
    seq.append(new Add('c'));
    expect(names(seq).map((n) => n.split(' ')[0])).toEqual(['conv.w', 'relu.w', '2.w']);
    const plain = new SequentialCell({ conv: new Add('a'), relu: new Add('b') });
    expect([...plain.nameCells().keys()]).toEqual(['conv', 'relu']);
  });
  it('hold attributes of subclasses too', () => {
    class Block extends SequentialCell {
      extra = new Add('e');
      constructor() {
        super([new Add('a')]);
      }
    }
    expect(names(new Block())).toEqual(['0.w 0.w', 'extra.w extra.w']);
    expect(new Block()).toHaveLength(1);
  });
  it('refuse what is no cell and positions that are not there', () => {
    expect(() => new SequentialCell(3 as never)).toThrow("For 'SequentialCell', the 'args[0]' must be a Cell, a list");
    expect(() => new CellList([3 as never])).toThrow("For 'CellList', each cell must be subclass of Cell, but got 3.");
    expect(() => new CellList([new Add('a')]).at(5)).toThrow(
      "For 'CellList', the value of 'index' must be a number in range [-1, 1), but got 5.",
    );
    expect(() => (new CellList([new Add('a')]) as Cell<() => never>)()).toThrow('call its cells');
  });
  it('call their cells in order', () => {
    const order: string[] = [];
    class Note extends Add {
      override construct(x: Tensor): Tensor {
        order.push(this.label);
        return x;
      }
    }
    const x = new Tensor([1]);
    expect(new SequentialCell([new Note('a'), new Note('b')])(x)).toBe(x);
    expect(order).toEqual(['a', 'b']);
  });
  it('list and name', () => {
    const list = new CellList([new Add('a')]).extend([new Add('b')]);
    expect(labels(list)).toEqual(['a', 'b']);
    const dict = new CellDict({ x: new Add('a'), y: new Add('b') });
    expect(dict.keys()).toEqual(['x', 'y']);
    expect(names(dict)).toEqual(['x.w x.w', 'y.w y.w']);
    expect(dict.pop('x').label).toBe('a');
    expect(dict.has('x')).toBe(false);
    expect(() => dict.get('x')).toThrow(KeyError);
    expect(() => dict.set('keys', new Add('c'))).toThrow(KeyError);
  });
});
