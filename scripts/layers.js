/** What each package may import: everything below it, nothing else. The one table behind the lint rule, package.json and tsconfig.json (test/workspace.test.ts holds them together). */
export const layers = {
  ir: [],
  compiler: ['ir'],
  core: ['ir'],
  'device-cpu': ['compiler', 'ir'],
  'device-webgpu': ['compiler', 'ir'],
  ops: ['core', 'ir'],
  nn: ['core', 'ir', 'ops'],
  optim: ['core', 'ir', 'nn', 'ops'],
  dataset: ['core', 'ir'],
  train: ['core', 'dataset', 'ir', 'nn', 'ops', 'optim'],
  sporelet: ['compiler', 'core', 'dataset', 'device-cpu', 'device-webgpu', 'ir', 'nn', 'ops', 'optim', 'train'],
};

/** Packages whose files named *node* may name `node:` modules and Node's globals. */
export const nodePackages = ['device-cpu', 'device-webgpu', 'dataset', 'train', 'sporelet'];

/** Packages that may name `navigator` and the GPU objects. */
export const gpuPackages = ['device-webgpu'];

export const packageName = (layer) => (layer === 'sporelet' ? 'sporelet' : `@sporelet/${layer}`);
