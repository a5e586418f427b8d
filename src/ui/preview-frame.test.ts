import { afterEach, expect, test, vi } from 'vitest';
import { attachPreview } from './preview-frame.ts';

const origin = 'http://p8080-0123456789abcdef.localhost:8081';

afterEach(() => vi.unstubAllGlobals());

function attached({ allowed = true } = {}) {
  const window = new EventTarget();
  vi.stubGlobal('window', window);
  const contentWindow = { postMessage: vi.fn() };
  const connect = vi.fn(() => allowed);
  const onAddress = vi.fn();
  const frame = { contentWindow } as unknown as HTMLIFrameElement;
  const detach = attachPreview(frame, { origin, connect, onAddress });
  const say = (message: { data: unknown; origin?: string; source?: unknown }): void => {
    const event = new Event('message');
    window.dispatchEvent(Object.assign(event, { origin, source: contentWindow, ...message }));
  };
  return { contentWindow, connect, onAddress, detach, say };
}

const ask = { type: 'bottleship-preview-connect' };

test('attachPreview() gives the frame’s own document a port, and tells where it is', () => {
  const { contentWindow, connect, onAddress, say, detach } = attached();
  say({ data: ask });
  expect(connect).toHaveBeenCalledWith(origin, expect.any(MessagePort));
  expect(contentWindow.postMessage).toHaveBeenCalledWith(
    { type: 'bottleship-preview-port' },
    origin,
    [expect.any(MessagePort)],
  );
  say({ data: { type: 'bottleship-preview-location', address: '/a?b#c' } });
  expect(onAddress).toHaveBeenCalledWith('/a?b#c');
  detach();
  say({ data: ask });
  expect(connect).toHaveBeenCalledTimes(1);
});

test('attachPreview() answers no other window, no other origin and no other message', () => {
  const { contentWindow, connect, onAddress, say } = attached();
  say({ data: ask, source: {} });
  say({ data: ask, source: null });
  say({ data: ask, origin: 'http://evil.example' });
  say({ data: ask, origin: 'null' });
  for (const data of [null, 'x', {}, { type: 'x' }, { type: 'bottleship-preview-location' }])
    say({ data });
  say({ data: { type: 'bottleship-preview-location', address: '//evil.example'.repeat(9000) } });
  expect(connect).not.toHaveBeenCalled();
  expect(contentWindow.postMessage).not.toHaveBeenCalled();
  expect(onAddress).not.toHaveBeenCalled();
});

test('attachPreview() hands out nothing for a port that is not published', () => {
  const { contentWindow, say } = attached({ allowed: false });
  say({ data: ask });
  expect(contentWindow.postMessage).not.toHaveBeenCalled();
});
