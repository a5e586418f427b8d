/** What may follow in a Dockerfile: instructions, their flags, local images after FROM, stages after --from=. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { ViewMachine } from '../../../playground/views/view-services.ts';
import { imageNames } from '../../../playground/files/image-names.ts';

const instructions = [
  'ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL', 'MAINTAINER', 'ONBUILD',
  'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR',
]; // prettier-ignore

const flags: Readonly<Record<string, readonly string[]>> = {
  FROM: ['--platform='],
  COPY: ['--from=', '--chown=', '--chmod=', '--link', '--parents', '--exclude='],
  ADD: ['--chown=', '--chmod=', '--link', '--checksum=', '--keep-git-dir=', '--exclude='],
  RUN: ['--mount=type=cache,target=', '--mount=type=bind,target=', '--mount=type=secret,id=', '--mount=type=tmpfs,target=', '--network=', '--security='],
  HEALTHCHECK: ['--interval=', '--timeout=', '--start-period=', '--start-interval=', '--retries=', 'NONE', 'CMD'],
}; // prettier-ignore

export function dockerfileCompletion(client: () => ViewMachine['client'] | undefined) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const word = /\S*$/.exec(before)?.[0] ?? '';
    const from = context.pos - word.length;
    if (/^\s*[A-Za-z]*$/.test(before)) {
      if (word === '' && !context.explicit) return null;
      return { from, options: keywords(instructions, ' ') };
    }
    const [, instruction = ''] = /^\s*(?:ONBUILD\s+)?([A-Za-z]+)\s/i.exec(before) ?? [];
    const name = instruction.toUpperCase();
    if (name === 'ONBUILD') return { from, options: keywords(instructions, ' ') };
    if (word.startsWith('--from=')) {
      const stages = stagesOf(context.state.doc.toString());
      return { from: from + '--from='.length, options: names(stages, 'stage') };
    }
    if (name === 'FROM' && !word.startsWith('-')) {
      const images = await imageNames(client());
      const stages = stagesOf(context.state.doc.sliceString(0, line.from));
      return { from, options: [...names(stages, 'stage'), ...names(images, 'image')], validFor };
    }
    if (word === '' && !context.explicit) return null;
    const known = flags[name] ?? [];
    return known.length === 0 ? null : { from, options: keywords(known, '') };
  };
}

const validFor = /^[\w./:@-]*$/;

function keywords(labels: readonly string[], after: string): Completion[] {
  return labels.map((label) => ({ label, apply: label + after, type: 'keyword' }));
}

function names(labels: readonly string[], detail: string): Completion[] {
  return labels.map((label) => ({ label, detail, type: 'constant' }));
}

function stagesOf(text: string): string[] {
  return [...text.matchAll(/^\s*FROM\s.*\sAS\s+(\S+)\s*$/gim)].map(([, name = '']) => name);
}
