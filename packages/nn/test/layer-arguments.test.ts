import { HeUniform, Tensor, setSeed } from '@sporelet/core';
import { KeyError, ValueError, float16, int32 } from '@sporelet/ir';
import { describe, expect, it } from 'vitest';
import { AvgPool2d, BatchNorm1d, BatchNorm2d, Cell, Conv1d, Conv2d, Dense, Dropout, Embedding, Flatten, GroupNorm, Identity, LayerNorm, LeakyReLU, MaxPool2d, PReLU, ReLU, checkpointName, getActivation } from '../src/index.ts'; // prettier-ignore
import './setup.ts';

const ones = (...shape: number[]): Tensor => new Tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1), { shape }); // prettier-ignore

describe('arguments of layers', () => {
  it.each([
    [() => new Dense(0, 2), ValueError, "For 'Dense', the 'inChannels' must be an int > 0, but got 0."],
    [() => new Dense(2.5, 2), TypeError, "For 'Dense', the 'inChannels' must be an int, but got 2.5."],
    [
      () => new Dense(2, 2, ones(3, 3)),
      ValueError,
      "For 'Dense', the shape of 'weightInit' must be (2, 2), but got (3, 3).",
    ],
    [() => new Dense(2, 2, { hasBias: 1 as never }), TypeError, "the 'hasBias' must be a bool, but got 1."],
    [
      () => new Dense(2, 2, { activation: 3 as never }),
      TypeError,
      "the 'activation' must be str or Cell or Primitive, but got 3.",
    ],
    [() => new Dense(2, 2, { activation: 'foo' }), KeyError, 'but got foo.'],
    [
      () => new Dense(2, 2, { has_bias: false } as never),
      TypeError,
      "there is no argument 'has_bias'; did you mean 'hasBias'?",
    ],
    [() => new Dense(2, 2, { dtype: 'x' as never }), TypeError, "the 'dtype' must be a dtype, but got 'x'."],
    [() => new Dense(...([2] as unknown as [number, number])), TypeError, "the argument 'outChannels' is missing."],
    [() => new Conv2d(1, 2, 3, { padding: 1 }), ValueError, "the 'padding' must be zero when 'padMode' is not 'pad'"],
    [
      () => new Conv2d(1, 2, 3, { padMode: 'vald' as never }),
      ValueError,
      "the 'padMode' must be one of 'same', 'valid', 'pad', but got 'vald'.",
    ],
    [() => new Conv2d(3, 2, 3, { group: 2 }), ValueError, "must be divisible by 'group', but got 3, 2 and 2."],
    [() => new Conv2d(1, 2, 0), ValueError, "For 'Conv2d', the 'kernelSize' must be an int >= 1, but got 0."],
    [() => new Conv2d(1, 2, [1, 2, 3] as never), ValueError, "the 'kernelSize' must be an int or a tuple of two ints"],
    [
      () => new Conv2d(1, 2, 3, { padMode: 'pad', padding: [1, 2] as never }),
      ValueError,
      "the 'padding' must be an int or a tuple of four ints",
    ],
    [() => new Conv2d(1, 2, 3, { dataFormat: 'NHWC' as never }), ValueError, "the 'dataFormat' must be one of 'NCHW'"],
    [() => new Conv1d(1, 2, [3] as never), TypeError, "For 'Conv1d', the 'kernelSize' must be an int"],
    [() => new MaxPool2d(0), ValueError, "For 'MaxPool2d', the 'kernelSize' must be an int >= 1, but got 0."],
    [() => new MaxPool2d(2, { padMode: 'x' as never }), ValueError, "the 'padMode' must be one of"],
    [() => new MaxPool2d(2, { padding: 1 }), ValueError, "need 'padMode' to be 'pad', but got 'valid'."],
    [
      () => new MaxPool2d(2, { dilation: 2 as never }),
      ValueError,
      "the 'dilation' needs 'padMode' to be 'pad', but got 'valid'.",
    ],
    [() => new MaxPool2d(2, { returnIndices: true as never }), ValueError, "'returnIndices' is not supported"],
    [
      () => new MaxPool2d(2)(ones(2, 2)),
      ValueError,
      'the input must have four axes, but got shape (2, 2). (in MaxPool2d)',
    ],
    [() => new AvgPool2d(2, { divisorOverride: 0 }), ValueError, "the 'divisorOverride' must be an int > 0"],
    [() => new Dropout({ p: 1 }), ValueError, "For 'Dropout', the 'p' must be a float in range [0, 1), but got 1."],
    [() => new Dropout(0), ValueError, "For 'Dropout', the 'keepProb' must be a float in range (0, 1], but got 0."],
    [() => new BatchNorm2d(0), ValueError, "the 'numFeatures' must be an int >= 1, but got 0."],
    [
      () => new BatchNorm2d(2, { momentum: 1.5 }),
      ValueError,
      "the 'momentum' must be a float in range [0, 1], but got 1.5.",
    ],
    [
      () => new BatchNorm2d(2, { useBatchStatistics: 1 as never }),
      ValueError,
      "the 'useBatchStatistics' must be a bool or None",
    ],
    [() => new BatchNorm2d(2)(ones(2, 2)), ValueError, "For 'BatchNorm2d', the in_shape must have 4 dims, but got 2."],
    [() => new BatchNorm1d(2)(ones(2, 2, 1, 1)), ValueError, 'the in_shape must have 2 dims or 3 dims, but got 4.'],
    [() => new LayerNorm(3 as never), TypeError, "the 'normalizedShape' must be a tuple or list of ints, but got 3."],
    [() => new LayerNorm([]), ValueError, "the 'normalizedShape' must not be empty."],
    [() => new GroupNorm(3, 4), ValueError, "the 'numChannels' must be divided by 'numGroups', but got 4 and 3."],
    [() => new GroupNorm(2, 4)(ones(1, 2, 3)), ValueError, "must be equal to 'numChannels', but got 2 and 4."],
    [() => new Embedding(2.5, 3), TypeError, "For 'Embedding', the 'vocabSize' must be an int, but got 2.5."],
    [
      () => new Embedding(4, 3, { paddingIdx: 7 }),
      ValueError,
      "the 'paddingIdx' must be an int in range [0, 4), but got 7.",
    ],
    [() => new Flatten(3)(ones(2, 2)), ValueError, "the 'startDim' and 'endDim' must be in [-2, 2), but got 3 and -1."],
    [() => new Flatten(1, 0)(ones(2, 2)), ValueError, "the 'startDim' must not come after 'endDim'"],
    [() => new LeakyReLU({ slope: 1 } as never), TypeError, "there is no argument 'slope'"],
    [() => new PReLU(2, [0.1]), ValueError, "the 'w' must have 'channel' = 2 elements"],
    [() => getActivation('foo'), KeyError, "The 'name' must be in ['softmin', "],
  ] as const)('are checked: %#', (make, type, text) => {
    expect(make).toThrow(type);
    expect(make).toThrow(text);
  });
});

describe('parameters of layers', () => {
  const names = (cell: Cell): string[] => [...cell.getParameters()].map((p) => `${p.name} ${p.shape.join('x')}`);
  it('have the names, order and shapes of MindSpore', () => {
    expect(names(new Dense(3, 4))).toEqual(['weight 4x3', 'bias 4']);
    expect(names(new Conv2d(2, 4, [3, 5], { group: 2, hasBias: true }))).toEqual(['weight 4x1x3x5', 'bias 4']);
    expect(names(new Conv1d(2, 4, 3))).toEqual(['weight 4x2x1x3']);
    expect(names(new BatchNorm2d(3))).toEqual(['mean 3', 'variance 3', 'gamma 3', 'beta 3']);
    expect(names(new LayerNorm([3, 4]))).toEqual(['gamma 3x4', 'beta 3x4']);
    expect(names(new Embedding(5, 2))).toEqual(['embedding_table 5x2']);
    expect(names(new PReLU(2))).toEqual(['a 2']);
  });
  it('of built-in cells have names of their own in checkpoints', () => {
    class Net extends Cell {
      bn1 = new BatchNorm2d(3);
      emb = new Embedding(5, 2);
      movingMean = new Dense(1, 1);
      construct(x: Tensor): Tensor {
        return x;
      }
    }
    const net = new Net();
    expect([...net.getParameters()].map((p) => `${p.name} ${checkpointName(p)}`)).toEqual([
      'bn1.movingMean bn1.moving_mean',
      'bn1.movingVariance bn1.moving_variance',
      'bn1.gamma bn1.gamma',
      'bn1.beta bn1.beta',
      'emb.embeddingTable emb.embedding_table',
      'movingMean.weight movingMean.weight',
      'movingMean.bias movingMean.bias',
    ]);
    expect(checkpointName(new BatchNorm2d(3).movingMean)).toBe('mean');
  });
  it('start within their bounds, the same for one seed', () => {
    const draw = (): number[] => {
      setSeed(7);
      return [...new Dense(16, 50).weight.asnumpy()] as number[];
    };
    const weights = draw();
    expect(draw()).toEqual(weights);
    expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(1 / 4);
    // The mean of 800 absolute values that are uniform within 1/4 is 1/8 but for 5 standard errors.
    expect(Math.abs(weights.reduce((s, w) => s + Math.abs(w), 0) / 800 - 1 / 8)).toBeLessThan(0.013);
    const bias = [...new Conv2d(4, 50, 2, { hasBias: true }).bias!.asnumpy()] as number[];
    expect(Math.max(...bias.map(Math.abs))).toBeLessThanOrEqual(1 / 4);
  });
  it('take any initializer and dtype', () => {
    const dense = new Dense({ inChannels: 2, outChannels: 2, weightInit: ones(2, 2), biasInit: 3, dtype: float16 });
    expect(dense.bias!.dtype).toBe(float16);
    expect(dense.bias!.value().tolist()).toEqual([3, 3]);
    expect(dense.weight.value().tolist()).toEqual([[1, 1], [1, 1]]); // prettier-ignore
    expect(new Dense(2, 2, new HeUniform(), 'zeros').bias!.value().tolist()).toEqual([0, 0]);
    expect(new BatchNorm2d(2, { affine: false }).trainableParams()).toHaveLength(0);
    const table = new Embedding(3, 2, { embeddingTable: 'ones', paddingIdx: 1 }).embeddingTable;
    expect(table.value().tolist()).toEqual([[1, 1], [0, 0], [1, 1]]); // prettier-ignore
  });
});

describe('layers', () => {
  it('print as in MindSpore', () => {
    expect(String(new Dropout({ p: 0.2 }))).toBe('Dropout<p=0.2>');
    expect(String(new Dropout(0.5))).toBe('Dropout<keep_prob=0.5>');
    expect(String(new Flatten())).toBe('Flatten<>');
    expect(String(new MaxPool2d(2, 2))).toBe('MaxPool2d<kernel_size=2, stride=2, pad_mode=VALID>');
    expect(String(new AvgPool2d([2, 3], 1, 'same'))).toBe('AvgPool2d<kernel_size=(2, 3), stride=1, pad_mode=SAME>');
    expect(String(new GroupNorm(2, 4))).toBe('GroupNorm<num_groups=2, num_channels=4>');
    expect(String(new LeakyReLU())).toBe('LeakyReLU<>');
    expect(String(new Conv2d(3, 4, 3, { weightInit: 'ones' }))).toBe(
      'Conv2d<input_channels=3, output_channels=4, kernel_size=(3, 3), stride=(1, 1), pad_mode=same, padding=0, ' +
        'dilation=(1, 1), group=1, has_bias=False, weight_init=ones, bias_init=None, format=NCHW>',
    );
    expect(String(new BatchNorm2d(4))).toBe(
      'BatchNorm2d<num_features=4, eps=1e-05, momentum=0.9, ' +
        'gamma=Parameter (name=gamma, shape=(4,), dtype=Float32, requires_grad=True), ' +
        'beta=Parameter (name=beta, shape=(4,), dtype=Float32, requires_grad=True), ' +
        'moving_mean=Parameter (name=mean, shape=(4,), dtype=Float32, requires_grad=False), ' +
        'moving_variance=Parameter (name=variance, shape=(4,), dtype=Float32, requires_grad=False)>',
    );
    expect(String(new LayerNorm([3]))).toBe(
      'LayerNorm<normalized_shape=(3,), begin_norm_axis=-1, begin_params_axis=-1, ' +
        'gammaParameter (name=gamma, shape=(3,), dtype=Float32, requires_grad=True), ' +
        'beta=Parameter (name=beta, shape=(3,), dtype=Float32, requires_grad=True)>',
    );
    expect(String(new Embedding(5, 3))).toBe(
      'Embedding<vocab_size=5, embedding_size=3, use_one_hot=False, ' +
        'embedding_table=Parameter (name=embedding_table, shape=(5, 3), dtype=Float32, requires_grad=True), ' +
        'dtype=Float32, padding_idx=None>',
    );
  });
  it('take their arguments by position, by name or both', () => {
    for (const conv of [
      new Conv2d(1, 6, 5, 1, 'valid'),
      new Conv2d(1, 6, 5, { stride: 1, padMode: 'valid' }),
      new Conv2d(1, 6, 5, 1, { padMode: 'valid' }),
      new Conv2d({ inChannels: 1, outChannels: 6, kernelSize: 5, padMode: 'valid' }),
    ]) {
      expect([conv.padMode, String(conv.stride)]).toEqual(['valid', '(1, 1)']);
    }
  });
  it('of one function are classes', () => {
    class Leaky extends LeakyReLU {}
    const leaky = new Leaky(0.5);
    expect(leaky).toBeInstanceOf(LeakyReLU);
    expect(leaky.alpha).toBe(0.5);
    expect(leaky.clsName).toBe('Leaky');
    expect(leaky(new Tensor([-2, 2])).tolist()).toEqual([-1, 2]);
    expect(new ReLU().clsName).toBe('ReLU');
    expect(getActivation('relu')).toBeInstanceOf(ReLU);
    expect(getActivation(null)).toBeNull();
  });
  it('pass on', () => {
    const x = ones(2, 3, 4);
    expect(new Identity(1, 2)(x)).toBe(x);
    expect(new Flatten()(x).shape.join()).toBe('2,12');
    expect(new Flatten(0, 1)(x).shape.join()).toBe('6,4');
    expect(new Flatten(0)(new Tensor(3)).shape.join()).toBe('1');
  });
  it('drop at random in training only', () => {
    setSeed(3);
    const dropout = new Dropout({ p: 0.25 });
    const x = ones(4000);
    expect(dropout(x)).toBe(x);
    dropout.setTrain();
    const y = [...dropout(x).asnumpy()] as number[];
    expect(new Set(y)).toEqual(new Set([0, Math.fround(4 / 3)]));
    const dropped = y.filter((v) => v === 0).length;
    // 1000 but for 5 standard deviations.
    expect(Math.abs(dropped - 1000)).toBeLessThan(140);
    expect([...dropout(x).asnumpy()]).not.toEqual(y);
  });
  it('refuse ids that are not in the table', () => {
    expect(() => new Embedding(5, 3)(new Tensor([0, 7], int32))).toThrow();
  });
});
