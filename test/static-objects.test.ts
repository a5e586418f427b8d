/** What the recipe of the compiler image does to the objects of a C library. */
import { describe, expect, test } from 'vitest';
import { withPlainCalls } from '../vm-image/library/images/static-objects.mjs';

const [absolute, relative, throughTable] = [1, 2, 4];

/** An i386 object with one section of relocations of these types. */
function objectWith(types: readonly number[], sectionType = 9): Buffer {
  const table = 52;
  const relocations = table + 40;
  const object = Buffer.alloc(relocations + types.length * 8);
  object.write('\x7fELF', 'latin1');
  object.writeUInt32LE(table, 32);
  object.writeUInt16LE(40, 46);
  object.writeUInt16LE(1, 48);
  object.writeUInt32LE(sectionType, table + 4);
  object.writeUInt32LE(relocations, table + 16);
  object.writeUInt32LE(types.length * 8, table + 20);
  for (const [index, type] of types.entries()) object[relocations + index * 8 + 4] = type;
  return object;
}

function archiveOf(members: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [Buffer.from('!<arch>\n')];
  for (const member of members) {
    const header = Buffer.alloc(60, ' ');
    header.write(String(member.length), 48, 'latin1');
    parts.push(header, member, Buffer.alloc(member.length % 2));
  }
  return Buffer.concat(parts);
}

describe('withPlainCalls()', () => {
  test('makes calls through the table direct, and changes nothing else', () => {
    const before = objectWith([absolute, throughTable, relative, throughTable]);
    expect(withPlainCalls(before)).toEqual(objectWith([absolute, relative, relative, relative]));
    expect(before).toEqual(objectWith([absolute, throughTable, relative, throughTable]));
    const other = objectWith([throughTable], 1);
    expect(withPlainCalls(other)).toEqual(other);
  });

  test('finds every object of an archive, behind members of odd length too', () => {
    const index = Buffer.from('odd');
    expect(withPlainCalls(archiveOf([index, objectWith([throughTable]), index]))).toEqual(
      archiveOf([index, objectWith([relative]), index]),
    );
  });
});
