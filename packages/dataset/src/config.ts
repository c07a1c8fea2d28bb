export { getSeed, setSeed } from './seed.ts';
