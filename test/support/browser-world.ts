/** A broker and a Chromium for the tests of one file. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchChromium } from './chromium.ts';
import { startTestBroker, type TestBroker, type TestBrokerOptions } from './start-test-broker.ts';
import { Visitors, type Visitor } from './visitor.ts';

export interface BrowserWorld {
  readonly broker: TestBroker;
  /** Somebody who leaves after the test, in which their browser may complain about nothing unexpected. */
  arrive(options?: Parameters<Visitors['arrive']>[1]): Promise<Visitor>;
}

/** Is there once the file's tests run. */
export function browserWorld(
  options: () => TestBrokerOptions | Promise<TestBrokerOptions> = () => ({}),
): BrowserWorld {
  const visitors = new Visitors();
  let browser: Browser;
  let broker: TestBroker;
  beforeAll(async () => {
    const settings = await options();
    [browser, broker] = await Promise.all([launchChromium(), startTestBroker(settings)]);
  });
  afterEach(async () => {
    expect(await visitors.leave(), 'in the browser’s console').toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await broker.close();
  });
  return {
    get broker() {
      return broker;
    },
    arrive: (context) => visitors.arrive(browser, context),
  };
}
