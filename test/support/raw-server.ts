import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';

/** A server that answers each request with whatever bytes a test says, and counts its connections. */
export class RawServer {
  readonly url: string;
  readonly requests: string[] = [];
  connections = 0;
  /** Open connections on which a request has come in. */
  used = 0;

  /** Ends it before the test does; its connections are broken off. */
  readonly close: () => Promise<unknown>;

  private constructor(port: number, close: () => Promise<unknown>) {
    this.url = `http://127.0.0.1:${port}`;
    this.close = close;
  }

  static async start(respond: (socket: Socket, request: string) => void): Promise<RawServer> {
    const server: Server = createServer();
    const sockets = new Set<Socket>();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const raw = new RawServer((server.address() as AddressInfo).port, async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    server.on('connection', (socket) => {
      sockets.add(socket);
      raw.connections++;
      let received = '';
      let isUsed = false;
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        if (isUsed) raw.used--;
      });
      socket.on('data', (bytes) => {
        received += bytes.toString('latin1');
        const head = received.indexOf('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
        if (head < 0 || received.length < head + 4 + length) return;
        raw.requests.push(received);
        if (!isUsed) raw.used++;
        isUsed = true;
        const request = received;
        received = '';
        respond(socket, request);
      });
    });
    cleanUps.push(raw.close);
    return raw;
  }
}

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** An answer of HTTP/1.1 with a length. */
export function answer(status: number, body: string, headers = ''): string {
  return `HTTP/1.1 ${status} Status\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}
