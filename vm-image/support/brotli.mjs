/** Brotli as small as it gets, which takes a minute for a kernel. */
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

export function compress(content) {
  return promisify(brotliCompress)(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
}
