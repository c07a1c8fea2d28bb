export * from './index.ts';
export { nodePlatform as hostPlatform } from './platform-node.ts';
