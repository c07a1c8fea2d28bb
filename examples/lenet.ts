import { nn } from 'sporelet';
import type { Tensor } from 'sporelet';

/** LeNet-5 (LeCun et al., 1998) on 28x28 images: the first convolution pads, so the sizes are those of the paper. */
export class LeNet5 extends nn.Cell {
  conv1 = new nn.Conv2d(1, 6, 5, { padMode: 'same', hasBias: true });
  conv2 = new nn.Conv2d(6, 16, 5, { padMode: 'valid', hasBias: true });
  relu = new nn.ReLU();
  maxPool2d = new nn.MaxPool2d(2, 2);
  flatten = new nn.Flatten();
  fc1 = new nn.Dense(16 * 5 * 5, 120);
  fc2 = new nn.Dense(120, 84);
  fc3 = new nn.Dense(84, 10);

  construct(x: Tensor) {
    x = this.maxPool2d(this.relu(this.conv1(x)));
    x = this.maxPool2d(this.relu(this.conv2(x)));
    x = this.flatten(x);
    x = this.relu(this.fc1(x));
    x = this.relu(this.fc2(x));
    return this.fc3(x);
  }
}
