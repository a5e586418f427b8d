/** `docker system df` */
import type { SystemDiskUsage } from '../../../api/disk-usage.ts';
import { systemDiskUsage } from '../../../client/system.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { noArguments } from '../../command/command.ts';
import type { Command, CommandContext } from '../../command/command.ts';
import { boolFlag } from '../../flags/flag-spec.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { formatRows, rowFunctions, rowValue } from '../../format/formatter.ts';
import type { Row } from '../../format/formatter.ts';
import { humanSize } from '../../go/units.ts';
import { escapeHtmlInJson, sortMaps, toJson } from '../../../lib/template/functions.ts';
import { StructValue } from '../../../lib/template/print-value.ts';
import { executeTemplate, parseTemplate } from '../../../lib/template/template.ts';
import { containerHeaders, containerRow, containerTypeName } from '../container/container-row.ts';
import { imageHeaders, imageTypeName } from '../image/image-row.ts';
import { volumeHeaders, volumeRow, volumeTypeName } from '../volume/volume-row.ts';
import { buildCacheHeaders, buildCacheRow, buildCacheTypeName, firstNameRow } from './df-rows.ts';
import { summaryHeaders, summaryRows, unsharedCacheBytes } from './df-summary.ts';

export const df: Command = {
  use: '[OPTIONS]',
  short: 'Show docker disk usage',
  arguments: noArguments,
  flags: [
    formatFlag({ table: true }),
    boolFlag('verbose', 'Show detailed information on space usage', { short: 'v' }),
  ],
  async run(context) {
    const usage = await systemDiskUsage(context.client);
    const format = context.flags.string('format');
    const table = format === '' || format === 'table';
    if (!context.flags.bool('verbose')) {
      const rows = summaryRows(usage);
      const source = table ? summaryTable : format === 'raw' ? summaryRaw : format;
      const typeName = '*formatter.diskUsageImagesContext';
      const text = formatRows(rows, { format: source, headers: summaryHeaders, typeName });
      return context.out.write(text);
    }
    if (table) return context.out.write(verboseTables(usage, context.now()));
    await printVerbose(context, { usage, format });
  },
};

const summaryTable = 'table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}';

const summaryRaw =
  'type: {{.Type}}\ntotal: {{.TotalCount}}\nactive: {{.Active}}\nsize: {{.Size}}\nreclaimable: {{.Reclaimable}}\n';

const imageTable =
  'table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}';
const containerTable =
  'table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}';
const volumeTable = 'table {{.Name}}\t{{.Links}}\t{{.Size}}';
const buildCacheTable =
  'table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}';

interface Sections {
  readonly images: readonly Row[];
  readonly containers: readonly Row[];
  readonly volumes: readonly Row[];
  readonly buildCache: readonly Row[];
}

function sectionsOf(
  usage: SystemDiskUsage,
  options: { readonly truncated: boolean; readonly nowMs: number },
): Sections {
  return {
    images: (usage.Images ?? []).map((image) => firstNameRow(image, options)),
    containers: (usage.Containers ?? []).map((container) =>
      // The size without the image's is what the container itself takes.
      containerRow({ ...container, SizeRootFs: 0 }, options),
    ),
    volumes: (usage.Volumes ?? []).map(volumeRow),
    buildCache: (usage.BuildCache ?? []).map((record) => buildCacheRow(record, options)),
  };
}

function verboseTables(usage: SystemDiskUsage, nowMs: number): string {
  const { images, containers, volumes, buildCache } = sectionsOf(usage, { truncated: true, nowMs });
  const cacheSize = humanSize(unsharedCacheBytes(usage));
  return [
    'Images space usage:\n\n',
    formatRows(images, { format: imageTable, headers: imageHeaders, typeName: imageTypeName }),
    '\nContainers space usage:\n\n',
    formatRows(containers, {
      format: containerTable,
      headers: containerHeaders,
      typeName: containerTypeName,
    }),
    '\nLocal Volumes space usage:\n\n',
    formatRows(volumes, { format: volumeTable, headers: volumeHeaders, typeName: volumeTypeName }),
    `\nBuild cache usage: ${cacheSize}\n\n`,
    formatRows(buildCache, {
      format: buildCacheTable,
      headers: buildCacheHeaders,
      typeName: buildCacheTypeName,
    }),
  ].join('');
}

const functions = {
  ...rowFunctions,
  json: (value: unknown) => escapeHtmlInJson(toJson(sortMaps(value))),
};

/** One template over all of it, as the real program has it. */
async function printVerbose(
  context: CommandContext,
  options: { readonly usage: SystemDiskUsage; readonly format: string },
): Promise<void> {
  const sections = sectionsOf(options.usage, { truncated: false, nowMs: context.now() });
  const values = (rows: readonly Row[], typeName: string) =>
    rows.map((row) => rowValue(row, typeName));
  const data = new StructValue(
    {
      Images: values(sections.images, imageTypeName),
      Containers: values(sections.containers, containerTypeName),
      Volumes: values(sections.volumes, volumeTypeName),
      BuildCache: values(sections.buildCache, buildCacheTypeName),
    },
    '*formatter.diskUsageContext',
  );
  const source = options.format === 'json' ? '{{json .}}' : options.format;
  try {
    const template = parseTemplate(source.replaceAll('\\t', '\t').replaceAll('\\n', '\n'));
    await context.out.write(executeTemplate(template, data, { functions }));
  } catch (error) {
    const message = errorMessage(error);
    const parsing = message.includes('executing') ? '' : 'template parsing error: ';
    throw new Error(`${parsing}${message}`, { cause: error });
  }
}
