/** Decimal notation as Go has it: exact, and ties go to the even digit (JavaScript's go up). */

/** Enough digits for the exact value of any double that is printed here. */
const exactDigits = 100;

/** As Go's `%.<precision>g`. */
export function formatG(value: number, precision: number): string {
  if (value === 0) return '0';
  const { digits, exponent } = rounded(Math.abs(value), precision);
  const sign = value < 0 ? '-' : '';
  const kept = digits.replace(/0+$/, '');
  if (exponent < -4 || exponent >= precision) {
    const fraction = kept.length > 1 ? `.${kept.slice(1)}` : '';
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${kept.charAt(0)}${fraction}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${kept}`;
  const whole = digits.slice(0, exponent + 1);
  const fraction = kept.slice(exponent + 1);
  return sign + whole + (fraction === '' ? '' : `.${fraction}`);
}

/** As Go's `%.<places>f`. */
export function formatFixed(value: number, places: number): string {
  const magnitude = Math.abs(value);
  const exponent = magnitude === 0 ? 0 : Math.floor(Math.log10(magnitude));
  const precision = exponent + 1 + places;
  if (magnitude === 0 || precision < 1) return value.toFixed(places);
  const { digits, exponent: power } = rounded(magnitude, precision);
  const padded = power < 0 ? '0'.repeat(-power) + digits : digits;
  const point = Math.max(power, 0) + 1;
  const fraction = padded.slice(point).padEnd(places, '0').slice(0, places);
  return `${value < 0 ? '-' : ''}${padded.slice(0, point)}${places > 0 ? `.${fraction}` : ''}`;
}

/** The first `precision` digits, rounded to even, and the power of ten of the first. */
function rounded(value: number, precision: number): { digits: string; exponent: number } {
  const [mantissa = '', power = '0'] = value.toExponential(exactDigits).split('e');
  const all = mantissa.replace('.', '');
  const kept = all.slice(0, precision);
  const rest = all.slice(precision);
  const half = `5${'0'.repeat(Math.max(0, rest.length - 1))}`;
  const odd = Number(kept.at(-1)) % 2 === 1;
  const up = rest > half || (rest === half && odd);
  const next = up ? String(BigInt(kept) + 1n).padStart(kept.length, '0') : kept;
  const carried = next.length > kept.length;
  return {
    digits: carried ? next.slice(0, precision) : next,
    exponent: Number(power) + (carried ? 1 : 0),
  };
}
