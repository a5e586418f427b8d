/** One line of comma-separated fields, quoted where they hold commas, as encoding/csv reads it. */
export function parseCsvLine(line: string): string[] {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"(?=,|$)/.exec(rest);
    const field = quoted?.[0] ?? rest.split(',')[0] ?? '';
    if (quoted === null && field.includes('"')) {
      const column = line.length - rest.length + field.indexOf('"') + 1;
      const message = field.startsWith('"')
        ? 'extraneous or missing " in quoted-field'
        : 'bare " in non-quoted-field';
      throw new Error(`parse error on line 1, column ${column}: ${message}`);
    }
    fields.push(quoted?.[1]?.replaceAll('""', '"') ?? field);
    if (field.length >= rest.length) return fields;
    rest = rest.slice(field.length + 1);
  }
}
