import { beginTestFile } from './rsa-key-pairs.ts';

beginTestFile();
