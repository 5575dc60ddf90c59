import { describe, expect, it } from 'vitest';
import { describeBrowser } from '../../src/http/web/describe-browser.ts';

const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36';

describe('a browser in plain words', () => {
  it.each([
    [`${WINDOWS} ${CHROME}`, 'Chrome on Windows'],
    [`${WINDOWS} ${CHROME} Edg/147.0.0.0`, 'Edge on Windows'],
    [`${WINDOWS} ${CHROME} OPR/128.0.0.0`, 'Opera on Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 'Firefox on Linux'],
    [`${MAC} Version/26.1 Safari/605.1.15`, 'Safari on a Mac'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1',
      'Safari on an iPhone',
    ],
    [`Mozilla/5.0 (Linux; Android 16; SM-S911B) ${CHROME}`, 'Chrome on Android'],
    [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${CHROME}`, 'Chrome on ChromeOS'],
    ['curl/8.5.0', 'An unknown browser'],
    ['SomethingNew/1.0 (Windows NT 10.0)', 'A browser on Windows'],
    ['', 'An unknown browser'],
    [undefined, 'An unknown browser'],
    ['<script>alert(1)</script> Firefox/150.0', 'Firefox'],
  ])('%s is %s', (userAgent, words) => {
    expect(describeBrowser(userAgent)).toBe(words);
  });

  it('takes no longer for a long one', () => {
    const started = performance.now();
    describeBrowser(`Version/${'1.'.repeat(100_000)}`);
    expect(performance.now() - started).toBeLessThan(50);
  });
});
