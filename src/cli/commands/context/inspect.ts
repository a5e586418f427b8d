/** `docker context inspect` */
import { atLeast } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { formatFlag } from '../../flags/format-flag.ts';
import { inspectEach } from '../inspect-each.ts';
import { defaultContext, defaultHost, missingContextError } from './default-context.ts';

export const inspect: Command = {
  use: '[OPTIONS] [CONTEXT] [CONTEXT...]',
  short: 'Display detailed information on one or more contexts',
  arguments: atLeast(0),
  flags: [formatFlag({ table: false, short: 'f' })],
  run(context) {
    const names = context.args.length === 0 ? [defaultContext] : context.args;
    return inspectEach(context, {
      names,
      typeName: 'context.contextWithTLSListing',
      escapesHtml: true,
      async find(name) {
        if (name !== defaultContext) throw await missingContextError(context, name);
        return {
          Name: defaultContext,
          Metadata: {},
          Endpoints: {
            docker: {
              Host: context.invocation.env['DOCKER_HOST'] || defaultHost,
              SkipTLSVerify: false,
            },
          },
          TLSMaterial: {},
          Storage: { MetadataPath: '<IN MEMORY>', TLSPath: '<IN MEMORY>' },
        };
      },
    });
  },
};
