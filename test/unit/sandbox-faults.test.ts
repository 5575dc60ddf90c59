import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Faults } from '../../src/sandbox/aws/faults/faults.ts';
import { SandboxClock } from '../../src/sandbox/aws/faults/sandbox-clock.ts';

const CALL = { service: 'sts', action: 'AssumeRole', region: 'us-east-1', accountIds: ['111122223333'] };
const waiting = () => new ServerResponse(new IncomingMessage(new Socket()));

describe('the faults that are asked for', () => {
  it('strike in their order, each as often as it was told to', () => {
    const faults = new Faults();
    faults.replace([
      { fault: 'hang', action: 'GetSessionToken' },
      { fault: 'reset', times: 1 },
      { fault: 'garbage', times: 2 },
    ]);
    const struck = Array.from({ length: 4 }, () => faults.take(() => CALL)?.fault);
    expect(struck).toEqual(['reset', 'garbage', 'garbage', undefined]);
    expect(faults.rules).toEqual([{ fault: 'hang', action: 'GetSessionToken' }]);
  });

  it('ask nothing about a call where there are none', () => {
    const faults = new Faults();
    expect(
      faults.take(() => {
        throw new Error('asked');
      }),
    ).toBeUndefined();
  });

  it('hold so many connections and no more, and let all go at the end', async () => {
    const faults = new Faults();
    const held = Array.from({ length: 1_000 }, () => faults.hold(waiting()));
    await expect(faults.hold(waiting(), 60_000)).resolves.toBe(false);
    faults.close();
    expect(new Set(await Promise.all(held))).toEqual(new Set([false]));
    await expect(faults.hold(waiting())).resolves.toBe(false);
  });

  it('let go of a client that went, and make room for another', async () => {
    const faults = new Faults();
    const response = waiting();
    const held = faults.hold(response);
    response.destroy();
    response.emit('close');
    await expect(held).resolves.toBe(false);
    await expect(faults.hold(waiting(), 1)).resolves.toBe(true);
    expect(response.listenerCount('close')).toBe(0);
  });
});

describe('the clock of the sandbox', () => {
  it('is as far from the time as it was set', () => {
    const clock = new SandboxClock(() => new Date('2026-11-23T17:03:29Z'));
    expect(clock.now().toISOString()).toBe('2026-11-23T17:03:29.000Z');
    clock.offsetSeconds = -3600;
    expect(clock.now().toISOString()).toBe('2026-11-23T16:03:29.000Z');
  });

  it.each([NaN, Infinity, -4e8])('does not go by %d seconds', (seconds) => {
    const clock = new SandboxClock(() => new Date());
    expect(() => (clock.offsetSeconds = seconds)).toThrow(RangeError);
    expect(clock.offsetSeconds).toBe(0);
  });
});
