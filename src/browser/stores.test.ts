import { expect, test } from 'vitest';
import { keepInMemory, useOverPort } from './stores.ts';

test('what the engine stores in memory, the machine reads: blobs, ranges and records', async () => {
  const { port1, port2 } = new MessageChannel();
  const keeper = keepInMemory(port1);
  const user = useOverPort(port2);
  const content = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
  const writer = await user.content.create();
  await writer.write(content.subarray(0, 30_000));
  await writer.write(content.subarray(30_000));
  const { digest, sizeBytes } = await writer.commit();
  expect(sizeBytes).toBe(70_000);
  expect(await keeper.content.read(digest, 65_530, 12)).toEqual(content.slice(65_530, 65_542));
  expect(await user.content.list()).toEqual([{ digest, sizeBytes }]);
  const streamed = new Uint8Array(await new Response(user.content.stream(digest)).arrayBuffer());
  expect(streamed).toEqual(content);
  await user.records.set('layer/a', new Uint8Array([1, 2]));
  expect(await keeper.records.get('layer/a')).toEqual(new Uint8Array([1, 2]));
  expect(await user.records.get('none')).toBeUndefined();
  expect(await user.records.keys('layer/')).toEqual(['layer/a']);
  const dropped = await user.content.create();
  await dropped.write(content);
  await dropped.abort();
  await user.content.delete(digest);
  expect(await keeper.content.list()).toEqual([]);
  port1.close();
});
