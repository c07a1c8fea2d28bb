import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import local from './scripts/eslint-local.js';
import { gpuPackages, nodePackages } from './scripts/layers.js';

const group = (message, ...names) => names.map((name) => ({ name, message }));
const confusing = group(
  'It is probably a forgotten declaration or import.',
  ...['name', 'origin', 'close', 'location', 'status', 'event', 'length', 'parent', 'top', 'print', 'onmessage'],
);
const placed = 'It belongs to one platform: scripts/layers.js says where it may be used.';
const page = group(placed, 'window', 'document', 'localStorage', 'caches');
const node = group(
  placed,
  ...['process', 'Buffer', 'require', 'module', '__dirname', '__filename', 'global', 'setImmediate'],
);
const gpu = group(placed, 'navigator', 'GPUBufferUsage', 'GPUMapMode', 'GPUShaderStage', 'GPUTextureUsage');
const restrictGlobals = (...groups) => ['error', { globals: groups.flat(), checkGlobalObject: true }];

export default defineConfig(
  globalIgnores(['**/dist/', '**/.cache/', '**/node_modules/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    plugins: { local },
    rules: { eqeqeq: 'error', 'no-var': 'error', 'prefer-const': 'error' },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-globals': restrictGlobals(confusing),
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // An async function without await is how a Promise-returning interface turns a throw into a rejection.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    rules: {
      'local/layers': 'error',
      'no-restricted-globals': restrictGlobals(confusing, page, gpu, node),
    },
  },
  {
    files: nodePackages.map((layer) => `packages/${layer}/src/**/*node*.ts`),
    rules: { 'no-restricted-globals': restrictGlobals(confusing, page, gpu) },
  },
  {
    files: gpuPackages.map((layer) => `packages/${layer}/src/**/*.ts`),
    rules: { 'no-restricted-globals': restrictGlobals(confusing, page, node) },
  },
);
