import { describe } from 'vitest';
import { tellAllLies } from './tell-all-lies.ts';

describe('a provider that lies, where assertions are signed and then encrypted', () =>
  tellAllLies('encrypted'));
