/** `--format`, whose help is the same everywhere but for whether it makes tables. */
import { stringFlag } from './flag-spec.ts';
import type { FlagSpec } from './flag-spec.ts';

const tableForms = [
  "'table':            Print output in table format with column headers (default)",
  "'table TEMPLATE':   Print output in table format using the given Go template",
];

export function formatFlag(options: {
  readonly table: boolean;
  readonly short?: string;
}): FlagSpec {
  const lines = [
    'Format output using a custom template:',
    ...(options.table ? tableForms : []),
    "'json':             Print in JSON format",
    "'TEMPLATE':         Print output using the given Go template.",
    'Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates',
  ];
  return stringFlag(
    'format',
    lines.join('\n'),
    options.short === undefined ? {} : { short: options.short },
  );
}
