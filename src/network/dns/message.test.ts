import { describe, expect, it } from 'vitest';
import {
  addressOfReverseName,
  parseAnswer,
  parseQuery,
  recordType,
  responseCode,
  writeAnswer,
  writeQuery,
} from './message.ts';

const message = writeQuery({ id: 0x1234, name: 'Web.example.org', type: recordType.A });

describe('parseQuery()', () => {
  it('reads what writeQuery() wrote', () => {
    expect(parseQuery(message)).toMatchObject({
      id: 0x1234,
      name: 'Web.example.org',
      type: recordType.A,
      isStandard: true,
    });
  });

  it('takes no prefix of a message for one, and no answer for a query', () => {
    for (let length = 0; length < message.length; length++)
      expect(parseQuery(message.subarray(0, length))).toBeUndefined();
    const answer = message.slice();
    answer[2] = 0x80;
    expect(parseQuery(answer)).toBeUndefined();
  });

  it('does not follow pointers in circles or forward', () => {
    const circle = Uint8Array.from([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1]);
    expect(parseQuery(circle)).toBeUndefined();
    circle[13] = 14;
    expect(parseQuery(circle)).toBeUndefined();
  });

  it('survives any bytes', () => {
    for (let seed = 1; seed < 300; seed++) {
      const bytes = Uint8Array.from(
        { length: seed % 64 },
        (_, at) => (seed * 31 + at * seed * 7) & 0xff,
      );
      bytes[2] = 0;
      expect(() => parseQuery(bytes)).not.toThrow();
      expect(() => parseAnswer(bytes)).not.toThrow();
    }
  });
});

describe('writeAnswer()', () => {
  const query = parseQuery(message);
  if (query === undefined) throw new Error('query is malformed');

  it('carries addresses of both kinds and names', () => {
    const records = [
      { type: recordType.A, address: '172.18.0.2' },
      { type: recordType.AAAA, address: 'fd00::2' },
      { type: recordType.PTR, target: 'web.net' },
    ] as const;
    const answer = writeAnswer(query, { code: responseCode.ok, records, ttlSeconds: 600 });
    expect(parseAnswer(answer)).toEqual({
      id: 0x1234,
      code: 0,
      truncated: false,
      ttlSeconds: 600,
      records,
    });
  });

  it('leaves out what finds no room and says so', () => {
    const records = Array.from({ length: 60 }, (_, at) => ({
      type: recordType.A,
      address: `10.0.0.${at}`,
    }));
    const answer = writeAnswer(query, { code: responseCode.ok, records, bytesMax: 512 });
    expect(answer.length).toBeLessThanOrEqual(512);
    expect(parseAnswer(answer)?.truncated).toBe(true);
    expect(parseAnswer(answer)?.records.length).toBe(29);
  });
});

describe('addressOfReverseName()', () => {
  it('reads both kinds', () => {
    expect(addressOfReverseName('2.0.18.172.in-addr.arpa')).toBe('172.18.0.2');
    const nibbles = `2.${'0.'.repeat(29)}d.f`;
    expect(addressOfReverseName(`${nibbles}.ip6.arpa`)).toBe('fd00::2');
    expect(addressOfReverseName('999.0.18.172.in-addr.arpa')).toBeUndefined();
    expect(addressOfReverseName('web.in-addr.arpa')).toBeUndefined();
  });
});
