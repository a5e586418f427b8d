/** What bzip2 and xz make of `mixed`, in base64. */

/** Text that repeats itself, a run, and every byte once. */
export const mixed: Uint8Array = Uint8Array.from([
  ...new TextEncoder().encode(
    Array.from(
      { length: 60 },
      (_, n) => `line ${(n % 37) * n} of a text that repeats itself, and some more\n`,
    ).join(''),
  ),
  ...new Uint8Array(700),
  ...Array.from({ length: 256 }, (_, byte) => byte),
]);

/** `bzip2 -1` */
export const bzip2 =
  'QlpoMTFBWSZTWRKUq/cABBV/////////////////////////////////////////////wAIc6jsHCAAAAAAmAABMACZMAA' +
  'AARgEwAAAAAAAAAAAADIAAAAAAAAAJgA5ACYAJgAAAEwAAAAAAAEwAAAAAAJgAmAAAAAAABMAAATAAAAAETE0mmpQAAAAA' +
  'ADQAaGgAAAAAAaAA0AaAaAAAAAAAAAAAAAAAAAAAG1VCn5U8p5RhqYJoAAA0BkYgGgGgAAAANAyekGgAAAAAAAAAAAAAAA' +
  'AAAAAAH6TlqJbuRMMyNu4kjm2SVoCB1Jnp7fH13J35/gIGClEHKZVK5ZLZdL39IC2pAQiQDxIBskBExELDJpDqisNkxEtm' +
  'WGGWrRlMrJiLJEYAgRMM2IsiYizRBBYsWY3gAUpVtAFKVawQDVICEns+n9AoNChYah0SBSAh4KIiXqAfoCjQLEExSIODbM' +
  't3FHbKjCx+BAJoGYKB8QOA8YipHEYCICLH0BbRCAIteAwQQAUfEluEyQxQyMWiYgwAYQIbDIXPihNfAVijmEphNMDfJQvN' +
  'Yjz7nOY84yIGtatqOJbwuQCfIhCAdCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl9gYWL9sbIysxSAAAQIFnBAAACM' +
  'SApiQEVb41ICMj0gGqQEckA8SAqUWkAwkBFpAPEgHiQDqKkSQEa9MJAPaQEddm6QH+twII90kA3bpAPyQDhIB9bJAPaQDt' +
  'skA5SAbu2iQDKQF3fEkA1SAduUgJBIBskgGqQDpIB0zeb06SAkHF7vl9v1/wGBwWDwkJCw0PERMVFxkbHR8hIyUnKSstLz' +
  'EzNTc5Oz0/QUNFR0lLTU9RU1VXWVtdX2FjZWdpa21vcAAIC5A3V3eXt9f4GDhYeJi42PkZOVl5mbnZ+ho6Wnqautr7Gztb' +
  'e5u72/wcPFx8nLzc/R09XX2dvd3+Hj5f/z9PX2QwT39/j5+vsXckU4UJASlKv3A=';

/** `xz -6`: checked with CRC64 */
export const xz =
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4BBaAdBdADYaSh8IoCYDTQad7+2MoT/IOM9thS+aaJmfL/bA0qMCNuh6OWKWoX' +
  'fNthOPJ4LeM6NMPNzboE994iaOo6mLE6muedo8KDp92BWjUGS8+5A9MlMWFzAyLCLQ0jhzDg/FgzWKv7mEIqP/jgHTacsc' +
  'q5jRFC+tP5299MtqKpkyHAdGsMmsWn9ppy5con1I/PB6vdbOPAqC2DPBqrIcUXSPgaodKa1ckHZtrfnB+Q2frykenWbGUg' +
  'SI8cOOr45mDuIli5NYVcKFJaxBMqJ4hKqSWMSPzwg7tN5OFH8bqPyEDdKBCP929AJzlBaTSKSDPBYPeLVvKw91n8hAnFUT' +
  'O2RF7KPuoYs9u3SQ/otyVegFOPHSKH98fFU9D3qk4qVXNLhuHAbjVM197Zp7PA/XRAcx3o8WljLLSlzhroi2UZT1tYEQKs' +
  'M68czpbO9fb1dNmYzrjfUtY3xZCSQ+tacTVZ/DySW3xpDt8GLN4IQAtN1OwSvr9ZnPMXQAlwPSgZlo+KP+npFYiep1QOVZ' +
  'ruNKYY9awwva5+GHSrc5gxaUNrj3vhXWk9QHsh4aUz27C0aOtkBuY9Z6CZgiLBafwC/0w5CSu2n2bgN1SoTbEp8bv66wlV' +
  'ReAPxro8/x95QXAAHsA9sgAACMDWssscRn+wIAAAAABFla';

/** `xz --check=sha256 --lzma2=preset=0,lc=1,lp=2,pb=1` */
export const xzOther =
  '/Td6WFoAAArh+wyhAgAhAQwAAACPmEGc4BBaAgRAADYaSjS3tZnt95FpzFLx5N8fIV7bVLbpvFx3cUWsTKIc0xw0riG8yM' +
  '60g5w2tjIUGXAuCmPrAW5scOHuJU8OKwY+BORVC+cyMbaQhCbQ+XtGp4nam9QUbWVR80sfJKhgL2Q77Lsed+n/L1R/MY6m' +
  'cwifEyLmxVw23jhBWxPxygNHdtIvNN8eXpcrN0r8eSNYa+EJFPVg42klGQrFYbdr85IoAFGKkIWT9SsKthdt8jVnKx90jJ' +
  'QX546/VPKZNDxiB3H8KoHFBlkMZW3OYgYMTRhClRJ3g0XLiZT0gyIr8Fbg9xs9AWqkn29ATtkbnOt5b80gEM9mlHK/p4ik' +
  'zJwQlDEMk022aQ/YtvnZYmcNV1cauRIZIwhXaH8K1X2vaLPm6UmMbS/m5Q6ss0Xj19EvXNJSZoSoNldTvMp+3J1fhTr34t' +
  'HqNjn6s6G8ymq6/Sf6DiVYe6QKlT5F7MTmPuo5ZixXpNevynkrkmYbtWSUgqTDKrL/NXhzJdmGW5+KuHeyCmaRfTZdW10z' +
  '2guWC9V2fDptpPtC4Y2OgPjUsv4OFfucqzmnzhdP+CXmXdEXje5rGMpZZ+eKBIZXM3VDyK37nrE3OkUEFAMM7JrwqZecDG' +
  'g3Imw1kdPZufqikmqD/uI1sKrlg/h627eUIRX00bjvvCdJSG+/uPD6yMJKhAxDw2aQT8D0ygC96dRhAQv/HjLKlGMVPlVh' +
  'h2VXHgv8QC5Mbwg48cn0ZQABuATbIAAAfZtUCbbp3xwCAAAAAApZWg==';

/** `xz --x86 --lzma2=preset=0` */
export const xzFiltered =
  '/Td6WFoAAATm1rRGAgEEACEBDADWfBiv4BBaAdtdADYaSh8IoCYDTQad7+2MoT/IOM9thS+aaJmfL/bA0qMCNuh6OWKWoX' +
  'fNthOPP3mkQmY8p8gdwzSvIez57i1+kZf0ErPBptEjE68Q0QkaWC3W24PnmdppI+g+VkX59mVe2dtHd3nM2HIx1PP6No/z' +
  'HWurCiB1rnj71NUt6/Qt7vnUuVryDjj7lkRablLk1FLpU3ojqbUS66sJH3swSvWWRrTcO27leLfAGHq3pIBi0I0yVsBoea' +
  'W5YFfpguWpvaR/0rjEVLyp5f7i8jKOKpWzCbFDJ/bFhmH0aMsZTZJ2PZ0vND0y9nNrRYw0f5r0p4Pit7Zydt/foS4RIQU0' +
  'n3MWtk6CKZ0Xoi+0OjOx/0aiBuBbqfwTSaSr5MuwurFcxPYJBQ/SszDP2q8q5yW/C0N2SDrfMi2jqwQtrNxSk8CtFbb8fl' +
  '7RUkOC6h5arzTFm/Btn5RlKeHg8AzT/CZFQv0acKjVPpgkx0JIIw0DcE0WJjklRqhqkMlW2NTlLwt+egdX7JL33y+2O2Ep' +
  'vD64CUtlD6XCzDeWQtwctMnoclvSDomAv9+g+sosbGh8v5jGg4S4LfDTjSJ9hSo0V0w+htnGqsjosCqcuH8evT/1ck9Q1X' +
  'Q7rPtwrHrrYGqxSYoAAPxro8/x95QXAAH3A9sgAADU/3pFscRn+wIAAAAABFla';
