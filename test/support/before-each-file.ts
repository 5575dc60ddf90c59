import { beforeAll } from 'vitest';
import { beginTestFile, beginTests } from './rsa-key-pairs.ts';

beginTestFile();
beforeAll(beginTests);
