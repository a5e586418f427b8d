/** Reads what the dynamic linker would: which libraries an i386 ELF file needs, and its own name. */

const programType = { dynamic: 2, interpreter: 3, load: 1 };
const dynamicTag = { needed: 1, stringTable: 5, soname: 14 };

/** `{ needed, soname?, interpreter? }`, or undefined when the bytes are no 32-bit ELF file. */
export function readElf(bytes) {
  if (bytes.length < 52 || bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 1) return undefined;
  const headers = programHeaders(bytes);
  const interpreter = headers.find(({ type }) => type === programType.interpreter);
  const dynamic = headers.find(({ type }) => type === programType.dynamic);
  const found = dynamic === undefined ? { needed: [] } : readDynamic(bytes, dynamic, headers);
  if (interpreter !== undefined) found.interpreter = cString(bytes, interpreter.offset);
  return found;
}

function programHeaders(bytes) {
  const start = bytes.readUInt32LE(28);
  const size = bytes.readUInt16LE(42);
  return Array.from({ length: bytes.readUInt16LE(44) }, (_, index) => {
    const at = start + index * size;
    return {
      type: bytes.readUInt32LE(at),
      offset: bytes.readUInt32LE(at + 4),
      address: bytes.readUInt32LE(at + 8),
      size: bytes.readUInt32LE(at + 16),
    };
  });
}

function readDynamic(bytes, { offset, size }, headers) {
  const entries = [];
  for (let at = offset; at < offset + size; at += 8) {
    entries.push({ tag: bytes.readInt32LE(at), value: bytes.readUInt32LE(at + 4) });
  }
  const table = entries.find(({ tag }) => tag === dynamicTag.stringTable);
  if (table === undefined) return { needed: [] };
  const strings = fileOffset(table.value, headers);
  const names = (wanted) =>
    entries.filter(({ tag }) => tag === wanted).map(({ value }) => cString(bytes, strings + value));
  const [soname] = names(dynamicTag.soname);
  return { needed: names(dynamicTag.needed), ...(soname === undefined ? {} : { soname }) };
}

function fileOffset(address, headers) {
  const segment = headers.find(
    (it) => it.type === programType.load && address >= it.address && address < it.address + it.size,
  );
  if (segment === undefined) throw new Error(`Cannot find address ${address} in the ELF file`);
  return segment.offset + address - segment.address;
}

function cString(bytes, offset) {
  return bytes.subarray(offset, bytes.indexOf(0, offset)).toString();
}
