import { Parameter, Tensor, nn, ops, print } from 'sporelet';

class Net extends nn.Cell {
  applyProximalAdagrad = new ops.ApplyProximalAdagrad();
  variable = new Parameter(new Tensor([[0.6, 0.4], [0.1, 0.5]]), 'var'); // prettier-ignore
  accum = new Parameter(new Tensor([[0.6, 0.5], [0.2, 0.6]]), 'accum'); // prettier-ignore
  lr = 0.01;
  l1 = 0.0;
  l2 = 0.0;

  construct(grad: Tensor) {
    const out = this.applyProximalAdagrad(this.variable, this.accum, this.lr, this.l1, this.l2, grad);
    return out;
  }
}

const net = new Net();
const grad = new Tensor([[0.3, 0.7], [0.1, 0.8]]); // prettier-ignore
const output = net(grad);
print(output);
