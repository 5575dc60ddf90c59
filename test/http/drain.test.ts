import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { drainable, type DrainTimes } from '../../src/http/drain.ts';

interface DrainedServer {
  readonly port: number;
  readonly drain: (times: DrainTimes) => Promise<void>;
  /** Answers that are waited for, oldest first. */
  readonly waiting: ServerResponse[];
}

/** `/now` is answered at once, everything else when the test does it. */
async function startServer(): Promise<DrainedServer> {
  const waiting: ServerResponse[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/now') response.end('now');
    else waiting.push(response);
  });
  const drain = drainable(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, drain, waiting };
}

/** A connection and everything that has come back over it. */
class Wire {
  text = '';
  readonly socket: Socket;

  static async to(port: number): Promise<Wire> {
    const wire = new Wire(connect({ port, host: '127.0.0.1' }));
    await once(wire.socket, 'connect');
    return wire;
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
    // A reset shows in what did not come back.
    socket.on('error', () => undefined);
  }

  ask(path: string): void {
    this.socket.write(`GET ${path} HTTP/1.1\r\nHost: here\r\n\r\n`);
  }
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await sleep(5);
}

const LONG = 20_000;

describe('G11: a server that drains', () => {
  it('is closed at once where nothing is under way, whatever connections are open', async () => {
    const { port, drain } = await startServer();
    const [silent, keptAlive] = [await Wire.to(port), await Wire.to(port)];
    keptAlive.ask('/now');
    await until(() => keptAlive.text.endsWith('now'));
    const startedAt = performance.now();
    await drain({ openMs: LONG, shutWhenQuiet: true, answerMs: LONG });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await until(() => silent.socket.destroyed && keptAlive.socket.destroyed);
  });

  it('takes new requests while it is open, and ends each one’s connection with the answer', async () => {
    const { port, drain, waiting } = await startServer();
    const early = await Wire.to(port);
    early.ask('/later');
    await until(() => waiting.length === 1);
    const drained = drain({ openMs: LONG, shutWhenQuiet: true, answerMs: LONG });
    const late = await Wire.to(port);
    late.ask('/now');
    await until(() => late.socket.destroyed);
    expect(late.text).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close\r\n[\s\S]*now$/i);

    waiting[0]?.end('later');
    await drained;
    await until(() => early.socket.destroyed);
    expect(early.text).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close\r\n[\s\S]*later$/i);
  });

  it('stays open for its time where load balancers have to notice', async () => {
    const { drain, port } = await startServer();
    const drained = drain({ openMs: 300, shutWhenQuiet: false, answerMs: LONG });
    await sleep(150);
    const late = await Wire.to(port);
    late.ask('/now');
    await until(() => late.text.endsWith('now'));
    await drained;
  });

  it('answers in full what had begun before, and cuts off what hangs when its time is up', async () => {
    const { port, drain, waiting } = await startServer();
    const [begun, hanging] = [await Wire.to(port), await Wire.to(port)];
    begun.ask('/begun');
    await until(() => waiting.length === 1);
    waiting[0]?.writeHead(200, { 'content-length': 10 }).write('begun');
    hanging.ask('/hangs');
    await until(() => waiting.length === 2 && begun.text.endsWith('begun'));

    const drained = drain({ openMs: 50, shutWhenQuiet: true, answerMs: 500 });
    await sleep(200);
    waiting[0]?.end('ended');
    await drained;
    await until(() => begun.socket.destroyed && hanging.socket.destroyed);
    expect(begun.text).toMatch(/begunended$/);
    expect(hanging.text).toBe('');
  });
});
