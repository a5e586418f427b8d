/**
 * Byte strings: file names, link targets and paths of Linux are bytes, mostly but not always UTF-8.
 * They are held as JavaScript strings in which a byte that is not part of valid UTF-8 is the lone
 * surrogate U+DC80…U+DCFF (as Python's `surrogateescape` does), so that nothing is lost either way.
 */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
/** With the `u` flag this matches lone surrogates only. */
const loneSurrogate = /[\uD800-\uDFFF]/u;
/** Below this a loop is quicker than TextDecoder. */
const shortLength = 64;

/** The string of `bytes[start, end)`. */
export function decodeByteString(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (end - start <= shortLength) {
    let text = '';
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (at === end) return text;
  }
  const part = bytes.subarray(start, end);
  try {
    return decoder.decode(part);
  } catch {
    return decodeEscaped(part);
  }
}

/** The bytes of a string; a surrogate that stands for no byte becomes U+FFFD. */
export function encodeByteString(text: string): Uint8Array {
  if (!loneSurrogate.test(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (character.length === 1 && code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}

/** Number of bytes of a string, without making them. */
export function byteStringLength(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    if (code < 0x800) length += 1;
    else if (code < 0xd800 || code > 0xdfff) length += 2;
    else if (code < 0xdc00 && isLowSurrogate(text.charCodeAt(at + 1))) {
      length += 2;
      at++;
    } else length += code >= 0xdc80 && code <= 0xdcff ? 0 : 2;
  }
  return length;
}

/** Whether the string stands for valid UTF-8. */
export function isUtf8(text: string): boolean {
  return !loneSurrogate.test(text);
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

/** Length of the valid UTF-8 sequence at `at`, or 0. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length < 2) return length;
  try {
    decoder.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}

function decodeEscaped(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    if (length === 0) text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
    else text += decoder.decode(bytes.subarray(at, at + length));
    at += Math.max(length, 1);
  }
  return text;
}
