/**
 * What limits a workload whose goal was not reached, from profiles (`SPORELET_DEBUG=2`, `--cpu-prof`); shares, since times
 * depend on the machine. By workload, those of the native tier marked so; docs/benchmarks.md shows those that a run misses.
 */
export const limits: Readonly<Record<string, string>> = {
  'matmul-1024':
    'the register tile is over 95 % of the time in WebAssembly, packing the rest: 128-bit vectors with fused multiply-add allow half of what AVX2 does, a quarter of AVX-512.',
  'matmul-128': 'the register tile is 85 % of the time in WebAssembly, packing both operands 15 %.',
  'mlp-train':
    'matrix products are 90 % of the step (784×512 by a batch of 128 most of it), the update 6 %, all else 4 %: only faster products help. With two threads each product ends in a join, and a core that is taken away stalls it.',
  'lenet-train':
    'convolutions are 67 % of the step (gradients of the kernels 25 %, forward 26 %, gradient of the second input 16 %), the dense layers 13 %, pooling with its bias and ReLU 11 %, its gradient 6 %.',
  'lenet-train (native)':
    'convolutions are 64 % of the step on one thread, pooling with its bias, ReLU and gradients 21 %, the dense layers 11 %. Operands are packed into lanes anew in every step, and what one thread has written lies in its core’s cache when the next kernel reads it on the other.',
  'transformer-train':
    'matrix products are 62 % of the step, products of attention 9 %; softmax with its mask 6 %, the gradient of q, k and v being slices of one tensor 5 % (three padded copies are added), tanh-GELU with its gradient 7 %, layer norms 5 %, sums of gradients over rows 3 %. Adam is 1 %.',
  'elementwise-4m':
    'one fused kernel is all of it: tanh and sigmoid (each an exponential and a division) in four lanes; C has eight or sixteen. Memory is no limit.',
  'proxadagrad-10m': 'memory: 3 reads and 2 writes of 40 MB; plain C is bound by the same.',
  'proxadagrad-10m (native)':
    'memory, as above; what other processes move at the same time makes figures of C and of sporelet scatter by a factor of two.',
  'eager-add': 'the call itself: dispatch, a result of 40 bytes kept in JavaScript, one call into WebAssembly.',
  startup:
    'of the time above Node alone, about 35 % is the parsing of 150 KB, 20 % evaluating them, 30 % the first kernel (functions that run for the first time are compiled), 10 % making the device. With Node’s cache of compiled code (`NODE_COMPILE_CACHE`) parsing falls away, but its file is read: the column next to it.',
};
