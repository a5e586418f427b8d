/** Names for containers that got none: an adjective and the name of somebody of the sea or of science. */

const adjectives = [
  'agile', 'amber', 'brave', 'breezy', 'bright', 'calm', 'candid', 'clever', 'cosy', 'curious',
  'daring', 'deft', 'eager', 'earnest', 'fair', 'fearless', 'gentle', 'glad', 'hardy', 'hearty',
  'jolly', 'keen', 'kind', 'lively', 'lucid', 'merry', 'mellow', 'nimble', 'noble', 'patient',
  'placid', 'plucky', 'polite', 'quick', 'quiet', 'ready', 'serene', 'sharp', 'silent', 'sincere',
  'sleek', 'smart', 'snug', 'steady', 'sturdy', 'subtle', 'sunny', 'swift', 'tidy', 'upbeat',
  'vivid', 'warm', 'wise', 'witty', 'zesty',
]; // prettier-ignore

const surnames = [
  'amundsen', 'anning', 'bateson', 'beaufort', 'bernoulli', 'bowditch', 'carson', 'celsius', 'cook',
  'cousteau', 'curie', 'darwin', 'earle', 'euler', 'faraday', 'fermi', 'fitzroy', 'franklin',
  'galilei', 'gauss', 'goodall', 'halley', 'hamilton', 'harrison', 'herschel', 'hodgkin', 'hopper',
  'humboldt', 'huygens', 'hypatia', 'joule', 'kepler', 'knuth', 'lamarr', 'leavitt', 'liskov',
  'lovelace', 'magellan', 'maury', 'maxwell', 'meitner', 'mercator', 'nansen', 'newton', 'noether',
  'pascal', 'piccard', 'ptolemy', 'ritchie', 'shackleton', 'shannon', 'slocum', 'somerville',
  'tharp', 'thompson', 'torvalds', 'turing', 'volta', 'wegener', 'zheng',
]; // prettier-ignore

/** From the second attempt on, a digit is added. */
export function generateName(random: (count: number) => Uint8Array, attempt: number): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = random(5);
  const adjective = adjectives[(a * 256 + b) % adjectives.length] ?? '';
  const surname = surnames[(c * 256 + d) % surnames.length] ?? '';
  return `${adjective}_${surname}${attempt > 0 ? e % 10 : ''}`;
}
