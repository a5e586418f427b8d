/**
 * Measures the two channels between host and guest: raw network frames at several MTUs and the virtio
 * console. `node vm-image/bench/channel.mjs [mtu…]` prints a table; vm-image/README.md keeps one.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { V86 } from 'v86';
import { entries } from '../initramfs/build.mjs';
import { writeCpio } from '../support/cpio.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const etherType = 0x88b5;
const headerSize = 14;
const totalBytes = 32 * 1024 * 1024;
const roundTrips = 500;
const timeoutMs = 60_000;

function buildInit() {
  const folder = mkdtempSync(join(tmpdir(), 'channel-'));
  try {
    const source = fileURLToPath(new URL('init.c', import.meta.url));
    execFileSync('gcc', ['-m32', '-static', '-O2', '-s', '-o', join(folder, 'init'), source]);
    return readFileSync(join(folder, 'init'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Boots the measuring guest; resolves when both channels said hello. */
function boot(init, mtu) {
  const machine = join(root, 'public/machine');
  const buffer = (path) => ({ buffer: new Uint8Array(readFileSync(path)).buffer });
  const initramfs = writeCpio(entries(init), { mtimeSeconds: 0 });
  const emulator = new V86({
    wasm_path: join(root, 'node_modules/v86/build/v86.wasm'),
    memory_size: 512 * 1024 * 1024,
    bios: buffer(join(machine, 'bios.bin')),
    bzimage: buffer(join(machine, 'kernel.bin')),
    initrd: { buffer: new Uint8Array(initramfs).buffer },
    cmdline:
      'console=ttyS0 quiet tsc=reliable no_timer_check random.trust_cpu=on ' +
      'lpj=1000000 rdinit=/init',
    filesystem: { handle9p: () => {} },
    net_device: { type: 'virtio', mtu },
    virtio_console: true,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
    autostart: true,
  });
  const guest = { emulator, onFrame: () => {}, onConsole: () => {} };
  emulator.add_listener('virtio-console0-output-bytes', (bytes) => guest.onConsole(bytes));
  return new Promise((resolve) => {
    emulator.add_listener('net0-send', (frame) => {
      if (((frame[12] << 8) | frame[13]) !== etherType) return;
      const payload = frame.subarray(headerSize);
      if (payload[0] === 0x48) setTimeout(() => resolve(guest), 200);
      else guest.onFrame(payload);
    });
  });
}

function command(op, size, count, length = 9) {
  const bytes = new Uint8Array(Math.max(9, length));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, op.charCodeAt(0));
  view.setUint32(1, size, true);
  view.setUint32(5, count, true);
  return bytes;
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Frames and console behind one shape: `send(bytes)` when the guest has room, `onBytes`. */
function frameChannel(guest) {
  const queue = guest.emulator.v86.cpu.devices.virtio_net.virtio.queues[0];
  return {
    async send(payload) {
      const frame = new Uint8Array(headerSize + payload.length).fill(0xff, 0, 6);
      frame[12] = etherType >> 8;
      frame[13] = etherType & 0xff;
      frame.set(payload, headerSize);
      while (!queue.has_request()) await nextTurn();
      guest.emulator.bus.send('net0-receive', frame);
    },
    listen: (listener) => (guest.onFrame = listener),
  };
}

function consoleChannel(guest) {
  const queue = guest.emulator.v86.cpu.devices.virtio_console.virtio.queues[0];
  return {
    async send(bytes) {
      for (let offset = 0; offset < bytes.length; offset += 4096) {
        while (!queue.has_request()) await nextTurn();
        guest.emulator.bus.send(
          'virtio-console0-input-bytes',
          bytes.subarray(offset, offset + 4096),
        );
      }
    },
    listen: (listener) => (guest.onConsole = listener),
  };
}

/** Median and 95th percentile of one small message there and back. */
async function latency(channel) {
  const times = [];
  for (let index = 0; index < roundTrips; index++) {
    const begin = performance.now();
    const back = new Promise((resolve) => channel.listen(resolve));
    await channel.send(command('E', 0, 0, 64));
    await back;
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  return { median: times[roundTrips / 2], p95: times[Math.floor(roundTrips * 0.95)] };
}

async function toGuest(channel, size, framed) {
  const count = Math.floor(totalBytes / size);
  const done = new Promise((resolve) => channel.listen(resolve));
  const payload = new Uint8Array(size);
  const begin = performance.now();
  await channel.send(command('S', count * size, count));
  if (!framed) await new Promise((resolve) => setTimeout(resolve, 20));
  for (let index = 0; index < count; index++) await channel.send(payload);
  await done;
  return rate(count * size, begin);
}

async function fromGuest(channel, size) {
  const count = Math.floor(totalBytes / size);
  let received = 0;
  const begin = performance.now();
  const done = new Promise((resolve) =>
    channel.listen((bytes) => {
      received += bytes.length;
      if (received >= count * size) resolve();
    }),
  );
  await channel.send(command('G', size, count));
  await done;
  return rate(count * size, begin);
}

function rate(sizeBytes, begin) {
  return sizeBytes / 1e6 / ((performance.now() - begin) / 1000);
}

function row(name, { median, p95 }, up, down) {
  const cells = [name, median.toFixed(3), p95.toFixed(3), up.toFixed(0), down.toFixed(0)];
  console.log(`| ${cells.join(' | ')} |`);
}

const mtus = process.argv.slice(2).map(Number);
const init = buildInit();
setTimeout(() => process.exit(1), timeoutMs * Math.max(1, mtus.length)).unref();
console.log('| channel | round trip ms, median | p95 | guest → host MB/s | host → guest MB/s |');
console.log('| --- | --- | --- | --- | --- |');
for (const mtu of mtus.length > 0 ? mtus : [1500, 4096, 8192, 16_384, 32_768]) {
  const guest = await boot(init, mtu);
  const frames = frameChannel(guest);
  await fromGuest(frames, mtu);
  row(
    `frames, MTU ${mtu}`,
    await latency(frames),
    await fromGuest(frames, mtu),
    await toGuest(frames, mtu, true),
  );
  if (mtu === 1500) {
    const hvc = consoleChannel(guest);
    const roundTrip = await latency(hvc);
    row('hvc0, 4 KiB writes', roundTrip, await fromGuest(hvc, 4096), await toGuest(hvc, 4096));
    row('hvc0, 64 KiB writes', roundTrip, await fromGuest(hvc, 65_536), await toGuest(hvc, 65_536));
  }
  await guest.emulator.destroy();
}
process.exit(0);
