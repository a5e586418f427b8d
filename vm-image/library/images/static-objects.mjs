/**
 * Makes object files of a C library fit for tcc's static linking: tcc 0.9.27 gives calls through the procedure
 * linkage table an entry in a static program too, and never fills it in. Such a call is a plain one there: what the
 * linker of binutils makes of R_386_PLT32 in a static program is R_386_PC32.
 */

const relocationPc32 = 2;
const relocationPlt32 = 4;

const sectionTypeRel = 9;
const relocationSize = 8;

const archiveMagic = '!<arch>\n';
const memberHeaderSize = 60;

/** A copy of a relocatable i386 object, or of an archive of such, that calls directly. */
export function withPlainCalls(content) {
  const bytes = Buffer.from(content);
  if (!isArchive(bytes)) return rewriteObject(bytes);
  for (let offset = archiveMagic.length; offset + memberHeaderSize <= bytes.length;) {
    const size = Number(bytes.subarray(offset + 48, offset + 58).toString('latin1'));
    const start = offset + memberHeaderSize;
    rewriteObject(bytes.subarray(start, start + size));
    offset = start + size + (size % 2);
  }
  return bytes;
}

function isArchive(bytes) {
  return bytes.subarray(0, archiveMagic.length).toString('latin1') === archiveMagic;
}

/** Changes the bytes in place; an archive's own members (its index) are no objects and stay. */
function rewriteObject(object) {
  if (object.subarray(0, 4).toString('latin1') !== '\x7fELF') return object;
  const sectionTable = object.readUInt32LE(32);
  const sectionSize = object.readUInt16LE(46);
  const sectionCount = object.readUInt16LE(48);
  for (let index = 0; index < sectionCount; index++) {
    const section = sectionTable + index * sectionSize;
    if (object.readUInt32LE(section + 4) !== sectionTypeRel) continue;
    const start = object.readUInt32LE(section + 16);
    const end = start + object.readUInt32LE(section + 20);
    for (let entry = start; entry < end; entry += relocationSize) {
      if (object[entry + 4] === relocationPlt32) object[entry + 4] = relocationPc32;
    }
  }
  return object;
}
