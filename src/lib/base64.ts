/** Base64 of bytes and of text. */

/** Characters that are made into one string at a time: more arguments than this are too many for a call. */
const stepBytes = 0x2000;

/** Throws for what is no base64. */
export function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function decodeBase64Text(text: string): string {
  return new TextDecoder().decode(decodeBase64(text));
}

export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += stepBytes)
    binary += String.fromCharCode(...bytes.subarray(at, at + stepBytes));
  return btoa(binary);
}

export function encodeBase64Text(text: string): string {
  return encodeBase64(new TextEncoder().encode(text));
}
