import { describe, expect, it } from 'vitest';
import { PortAllocator, type PortWish } from './port-allocator.ts';

const wish = (part: Partial<PortWish>): PortWish => ({
  protocol: 'tcp',
  containerPort: 80,
  hostAddress: '',
  hostPortFirst: 0,
  hostPortLast: 0,
  ...part,
});
const fixed = (port: number, part: Partial<PortWish> = {}): PortWish =>
  wish({ hostPortFirst: port, hostPortLast: port, ...part });

describe('PortAllocator', () => {
  it('takes a port on IPv4 and IPv6, from 32768 on when none is named', () => {
    const ports = new PortAllocator();
    expect(ports.take([wish({})]).map((one) => [one.hostAddress, one.hostPort])).toEqual([
      ['0.0.0.0', 32768],
      ['::', 32768],
    ]);
    expect(ports.take([wish({})])[0]?.hostPort).toBe(32769);
  });

  it('refuses what is taken, and takes nothing then', () => {
    const ports = new PortAllocator();
    const taken = ports.take([fixed(8080)]);
    expect(() => ports.take([fixed(8081), fixed(8080)])).toThrow(
      'Bind for 0.0.0.0:8080 failed: port is already allocated',
    );
    expect(ports.take([fixed(8080, { protocol: 'udp' }), fixed(8081)])).toHaveLength(4);
    ports.release(taken);
    expect(ports.take([fixed(8080)])).toHaveLength(2);
  });

  it('chooses no port that one address or all of them have, and leaves a fixed one to the kernel', () => {
    const ports = new PortAllocator();
    ports.take([fixed(80, { hostAddress: '127.0.0.1' })]);
    expect(ports.take([wish({ hostPortFirst: 80, hostPortLast: 81 })])[0]?.hostPort).toBe(81);
    expect(ports.take([fixed(80)])).toHaveLength(2);
  });

  it('goes on in a range from what it gave last', () => {
    const ports = new PortAllocator();
    const range = wish({ hostPortFirst: 90, hostPortLast: 92 });
    const taken = ports.take([range]);
    ports.release(taken);
    expect(ports.take([range])[0]?.hostPort).toBe(91);
    expect(ports.take([range])[0]?.hostPort).toBe(92);
    expect(ports.take([range])[0]?.hostPort).toBe(90);
    expect(() => ports.take([range])).toThrow('all ports are allocated');
  });

  it('takes the first free port of a range', () => {
    const ports = new PortAllocator();
    const range = wish({ hostPortFirst: 90, hostPortLast: 91 });
    expect([ports.take([range]), ports.take([range])].map(([one]) => one?.hostPort)).toEqual([
      90, 91,
    ]);
    expect(() => ports.take([range])).toThrow('all ports are allocated');
  });
});
