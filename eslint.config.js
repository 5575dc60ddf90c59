import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  { ignores: ['dist/', 'data/', 'node_modules/', 'coverage/'] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      // One program for all files is a fifth faster than the service that editors use.
      parserOptions: { project: 'tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  // One flat list of everything that is built reads better whole.
  { files: ['src/compose.ts'], rules: { 'max-lines-per-function': ['error', { max: 80 }] } },
  // Suites are functions too: a `describe` may be as long as what it tells.
  { files: ['test/**'], rules: { 'max-lines-per-function': 'off' } },
  // Plain JavaScript: the browser's own modules, each of which names the globals it uses, and this.
  { files: ['public/**/*.js', '*.config.js'], ...tseslint.configs.disableTypeChecked },
  // Programs for a terminal speak on the console.
  { files: ['src/cli/**', 'bench/**'], rules: { 'no-console': 'off' } },
);
