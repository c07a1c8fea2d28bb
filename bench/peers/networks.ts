// The networks that sporelet trains here and on a GPU: their weights come from data.ts.
import { Tensor, jit, nn } from 'sporelet';
import { LENET, MLP, MOMENTUM, lenet, mlp } from './data.ts';
import type { Weight } from './data.ts';

export type Network = nn.Cell<(x: Tensor) => Tensor>;

export const tensor = ({ data, shape }: Weight): Tensor => new Tensor(data, { shape });

/** A layer with given weights; MindSpore's layer keeps its matrix transposed. */
export function dense(matrix: Weight, bias: Weight): nn.Dense {
  const [inputs, outputs] = matrix.shape as [number, number];
  return new nn.Dense(inputs, outputs, { weightInit: tensor(matrix).transpose(1, 0), biasInit: tensor(bias) });
}

class Mlp extends nn.Cell {
  layers: nn.CellList;
  relu = new nn.ReLU();
  constructor(weights: readonly Weight[]) {
    super();
    this.layers = new nn.CellList([0, 2, 4].map((k) => dense(weights[k]!, weights[k + 1]!)));
  }
  construct(x: Tensor): Tensor {
    const [first, second, last] = [...this.layers] as Network[];
    return last!(this.relu(second!(this.relu(first!(x)))));
  }
}

class LeNet extends nn.Cell {
  conv1: nn.Conv2d;
  conv2: nn.Conv2d;
  fc1: nn.Dense;
  fc2: nn.Dense;
  fc3: nn.Dense;
  relu = new nn.ReLU();
  pool = new nn.MaxPool2d(2, 2);
  flatten = new nn.Flatten();
  constructor(w: readonly Weight[]) {
    super();
    const conv = (inputs: number, outputs: number, k: number) =>
      new nn.Conv2d(inputs, outputs, 5, {
        padMode: 'valid',
        hasBias: true,
        weightInit: tensor(w[k]!),
        biasInit: tensor(w[k + 1]!),
      });
    this.conv1 = conv(1, 6, 0);
    this.conv2 = conv(6, 16, 2);
    this.fc1 = dense(w[4]!, w[5]!);
    this.fc2 = dense(w[6]!, w[7]!);
    this.fc3 = dense(w[8]!, w[9]!);
  }
  construct(x: Tensor): Tensor {
    x = this.pool(this.relu(this.conv1(x)));
    x = this.flatten(this.pool(this.relu(this.conv2(x))));
    return this.fc3(this.relu(this.fc2(this.relu(this.fc1(x)))));
  }
}

/** One program of forward, backward and update; a call gives the loss. */
export function stepOf(network: Network, optimizer: nn.Optimizer, x: Tensor, y: Tensor): () => Tensor {
  const step = jit(new nn.TrainOneStepCell(new nn.WithLossCell(network, new nn.CrossEntropyLoss()), optimizer));
  step.setTrain();
  return () => step(x, y);
}

function momentum(network: Network, x: Tensor, y: Int32Array): () => Tensor {
  return stepOf(
    network,
    new nn.Momentum(network.trainableParams(), MOMENTUM.rate, MOMENTUM.momentum),
    x,
    new Tensor(y),
  );
}

/** Steps of the workloads that use Momentum, on the device that is set. */
export const momentumSteps = {
  'mlp-train': () => {
    const { x, y, weights } = mlp();
    return momentum(new Mlp(weights), new Tensor(x, { shape: [MLP.batch, 784] }), y);
  },
  'lenet-train': () => {
    const { x, y, weights } = lenet();
    return momentum(new LeNet(weights), new Tensor(x, { shape: [LENET.batch, 1, 32, 32] }), y);
  },
};
