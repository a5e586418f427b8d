import { describe, expect, it } from 'vitest';
import { humanSize, LayerProgress, progressText, type PullProgress } from './progress.ts';

describe('humanSize()', () => {
  const table: [bytes: number, text: string][] = [
    [0, '0B'],
    [999, '999B'],
    [1000, '1kB'],
    [1536, '1.536kB'],
    [756_200, '756.2kB'],
    [12_345_678, '12.35MB'],
    [1e12, '1TB'],
  ];
  for (const [bytes, text] of table) {
    it(`prints ${bytes} as ${text}`, () => expect(humanSize(bytes)).toBe(text));
  }
});

describe('progressText()', () => {
  it('draws the bar docker draws', () => {
    expect(progressText(720_300, 756_200)).toBe(
      `[${'='.repeat(47)}>${' '.repeat(3)}]  720.3kB/756.2kB`,
    );
    expect(progressText(0, 100)).toBe(`[>${' '.repeat(50)}]       0B/100B`);
    expect(progressText(100, 100)).toBe(`[${'='.repeat(50)}>]     100B/100B`);
    expect(progressText(5, 0)).toBe('      5B');
    expect(progressText(0, 0)).toBe('');
  });
});

describe('LayerProgress', () => {
  it('moves the bar by steps and not too often, and always to the end', () => {
    const said: PullProgress[] = [];
    let nowMs = 0;
    const progress = new LayerProgress(`sha256:${'c'.repeat(64)}`, {
      report: (message) => said.push(message),
      now: () => nowMs,
    });
    for (let current = 1; current <= 1000; current += 1) {
      nowMs += 1;
      progress.bytes('Downloading', { current, total: 1000 });
    }
    expect(said.map(({ progressDetail }) => progressDetail?.current)).toEqual([
      11, 111, 211, 311, 411, 511, 611, 711, 811, 911, 1000,
    ]);
    expect(said[0]).toEqual({
      id: 'cccccccccccc',
      status: 'Downloading',
      progressDetail: { current: 11, total: 1000 },
      progress: progressText(11, 1000),
    });
  });
});
