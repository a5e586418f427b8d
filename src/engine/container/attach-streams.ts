/** The two directions of an attachment: what is typed goes in, with an eye on the detach keys. */
import { DetachKeysFilter } from './detach-keys.ts';

export interface AttachInput {
  readonly detachKeys: Uint8Array;
  write(chunk: Uint8Array): Promise<void>;
  /** The client ended its half. */
  end(): Promise<void>;
  /** The keys were pressed. */
  detach(): void;
}

/** What the client writes to. Never fails: what nobody reads any more is dropped. */
export function attachWritable(input: AttachInput | undefined): WritableStream<Uint8Array> {
  if (input === undefined) return new WritableStream<Uint8Array>();
  const filter = new DetachKeysFilter(input.detachKeys);
  let detached = false;
  return new WritableStream<Uint8Array>({
    async write(chunk) {
      if (detached) return;
      const result = filter.push(chunk);
      if (result.pass.length > 0) await input.write(result.pass);
      if (!result.detached) return;
      detached = true;
      input.detach();
    },
    async close() {
      if (!detached) await input.end();
    },
    async abort() {
      if (!detached) await input.end();
    },
  });
}
