/** `docker search` */
import type { ImageSearchResult } from '../../../api/image.ts';
import { imageSearch } from '../../../client/images.ts';
import { exactly } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { serverAuthHeaders } from '../../config/registry-auth.ts';
import { boolFlag, filterFlag, intFlag, stringFlag } from '../../flags/flag-spec.ts';
import { ellipsis } from '../../format/display-width.ts';
import { formatRows } from '../../format/formatter.ts';
import type { Row } from '../../format/formatter.ts';

const headers = {
  Name: 'NAME',
  Description: 'DESCRIPTION',
  StarCount: 'STARS',
  IsOfficial: 'OFFICIAL',
};

const table = 'table {{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}';

const descriptionColumns = 45;

export const search: Command = {
  use: '[OPTIONS] TERM',
  short: 'Search Docker Hub for images',
  arguments: exactly(1),
  flags: [
    filterFlag('Filter output based on conditions provided', { short: 'f' }),
    stringFlag('format', 'Pretty-print search using a Go template'),
    intFlag('limit', 'Max number of search results'),
    boolFlag('no-trunc', "Don't truncate output"),
  ],
  async run(context) {
    const { flags, client } = context;
    const term = context.args[0] ?? '';
    const filters = flags.filters();
    if (filters['is-automated'] !== undefined) {
      await context.err.line(
        'WARNING: the "is-automated" filter is deprecated, and searching for "is-automated=true" will not yield any results in future.',
      );
    }
    if (term.includes('://')) {
      throw new Error(
        'invalid repository name: repository name (' + term + ') should not have a scheme',
      );
    }
    const limit = flags.number('limit');
    const headersOf = serverAuthHeaders(context, registryOf(term));
    const results = await imageSearch(client, { term, limit, filters, headers: headersOf });
    const given = flags.string('format');
    const isDefault = given === '' || given === 'table';
    const truncated = !flags.bool('no-trunc');
    const forJson = given === 'json' || given.includes('json .');
    const rows = results.map((result) => rowOf(result, { truncated, forJson }));
    const format = isDefault ? table : given;
    const typeName = '*registry.searchContext';
    await context.out.write(formatRows(rows, { format, headers, typeName }));
  },
};

function registryOf(term: string): string {
  const first = term.includes('/') ? (term.split('/')[0] ?? '') : '';
  return /[.:]/.test(first) || first === 'localhost' ? first : 'docker.io';
}

function rowOf(
  result: ImageSearchResult,
  options: { readonly truncated: boolean; readonly forJson: boolean },
): Row {
  const description = result.description.replaceAll(/[\n\r]/g, ' ');
  const [yes, no] = options.forJson ? ['true', 'false'] : ['[OK]', ''];
  return {
    Name: result.name,
    Description: options.truncated ? ellipsis(description, descriptionColumns) : description,
    StarCount: String(result.star_count),
    IsOfficial: result.is_official ? yes : no,
  };
}
