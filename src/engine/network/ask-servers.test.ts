import { expect, test, vi } from 'vitest';
import { FakeGuest } from '../../guest/fake-guest.ts';
import { frameMessage } from '../../network/dns/dns-server.ts';
import { askServers } from './ask-servers.ts';

const query = Uint8Array.of(7, 9, 1, 0, 5);
const place = { netnsPath: '/run/docker/netns/x', dnsServers: ['172.18.0.9', 'fd00::9'] };

/** The socket of the query that was sent last, once it was. */
async function sent(guest: FakeGuest, count: number) {
  await vi.waitFor(() => expect(guest.datagramSockets[count - 1]?.sent).toHaveLength(1));
  const socket = guest.datagramSockets[count - 1];
  if (socket === undefined) throw new Error('No socket');
  return socket;
}

test('a query goes out from the container, and its own answer comes back', async () => {
  const guest = new FakeGuest();
  const answer = askServers(guest, place, query);
  const socket = await sent(guest, 1);
  expect(socket.options).toMatchObject({ netnsPath: place.netnsPath });
  expect(socket.sent[0]).toEqual({ peer: { host: '172.18.0.9', port: 53 }, bytes: query });
  const reply = Uint8Array.of(7, 9, 0x81, 0x80);
  socket.arrive({ peer: { host: '172.18.0.66', port: 53 }, bytes: Uint8Array.of(7, 9, 1, 1) });
  socket.arrive({ peer: { host: '172.18.0.9', port: 53 }, bytes: Uint8Array.of(0, 1, 1, 1) });
  socket.arrive({ peer: { host: '172.18.0.9', port: 53 }, bytes: reply });
  expect(await answer).toEqual(reply);
  expect(socket.disposed).toBe(true);
});

test('a server that does not answer is followed by the next, whatever its spelling', async () => {
  vi.useFakeTimers();
  try {
    const guest = new FakeGuest();
    const answer = askServers(guest, place, query);
    await sent(guest, 1);
    await vi.advanceTimersByTimeAsync(4000);
    const socket = await sent(guest, 2);
    const reply = Uint8Array.of(7, 9, 0x81, 0x80);
    socket.arrive({ peer: { host: 'fd00:0::9', port: 53 }, bytes: reply });
    expect(await answer).toEqual(reply);
  } finally {
    vi.useRealTimers();
  }
});

test('an answer that was cut is asked for again over TCP', async () => {
  const guest = new FakeGuest();
  const whole = new Uint8Array(1000).fill(3);
  const written: Uint8Array[] = [];
  guest.onConnect = () => ({
    readable: new Blob([new Uint8Array(frameMessage(whole))]).stream(),
    writable: new WritableStream({ write: (chunk: Uint8Array) => void written.push(chunk) }),
  });
  const answer = askServers(guest, place, query);
  const socket = await sent(guest, 1);
  socket.arrive({
    peer: { host: '172.18.0.9', port: 53 },
    bytes: Uint8Array.of(7, 9, 0x83, 0x80),
  });
  expect(await answer).toEqual(whole);
  expect(written).toEqual([frameMessage(query)]);
});

test('nobody answers', async () => {
  const guest = new FakeGuest();
  guest.openDatagrams = () => Promise.reject(new Error('Network is unreachable'));
  await expect(askServers(guest, place, query)).rejects.toThrow(
    'No name server answers: 172.18.0.9, fd00::9',
  );
});
