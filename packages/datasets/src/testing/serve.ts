import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

type Answer = Uint8Array | string | ((response: ServerResponse) => void);

/** Serves these files on a local port until the test is finished; other paths are 404. `requests` lists what was asked. */
export async function serve(
  files: Readonly<Record<string, Answer>>,
): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!.slice(1));
    requests.push(path);
    const answer = files[path];
    if (typeof answer === 'function') return answer(response);
    if (answer === undefined) return response.writeHead(404).end('nothing here');
    return response.writeHead(200, { 'content-length': Buffer.byteLength(answer) }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
