export * from './index.ts';
export { browserPlatform as hostPlatform } from './platform-browser.ts';
