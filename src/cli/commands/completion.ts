/** `docker completion bash`, and the hidden commands through which a shell asks for completions. */
import { atLeast, noArguments } from '../command/command.ts';
import type { Command, CommandContext, CommandNode } from '../command/command.ts';
import { completionHelp } from './completion-help.ts';
import { laterCommand } from './later/later-command.ts';
import { bashScript } from '../completion/bash-script.ts';
import { complete } from '../completion/complete.ts';
import { boolFlag } from '../flags/flag-spec.ts';

const bash: Command = {
  use: '',
  short: 'Generate the autocompletion script for bash',
  long: completionHelp.bash,
  arguments: noArguments,
  flags: [boolFlag('no-descriptions', 'disable completion descriptions')],
  run: ({ out }) => out.write(bashScript),
};

export const completionNodes: readonly CommandNode[] = [
  {
    name: 'completion',
    short: 'Generate the autocompletion script for the specified shell',
    long: "Generate the autocompletion script for docker for the specified shell.\nSee each sub-command's help for details on how to use the generated script.",
    section: 'hidden',
    children: [
      { name: 'bash', short: bash.short, command: bash },
      foreignShell('fish'),
      foreignShell('powershell'),
      foreignShell('zsh'),
    ],
  },
  request('__complete', { describes: true }),
  request('__completeNoDesc', { describes: false }),
];

/** The machine has none of them: what it would do is told, and that it is not there. */
function foreignShell(name: 'fish' | 'powershell' | 'zsh'): CommandNode {
  return laterCommand(`completion ${name}`, {
    use: '[flags]',
    short: `Generate the autocompletion script for ${name}`,
    long: completionHelp[name],
    arguments: noArguments,
    flags: bash.flags,
  });
}

function request(name: string, options: { readonly describes: boolean }): CommandNode {
  const command: Command = {
    use: '[ARG...]',
    short: 'Request shell completion choices for the specified command-line',
    arguments: atLeast(1),
    flags: [],
    run: (context) => answer(context, options),
  };
  return { name, short: command.short, section: 'hidden', command, passesFlags: true };
}

async function answer(
  context: CommandContext,
  options: { readonly describes: boolean },
): Promise<void> {
  const { client, invocation, out, err } = context;
  const describes =
    options.describes && (invocation.env['DOCKER_CLI_DISABLE_COMPLETION_DESCRIPTION'] ?? '') === '';
  const { lines, directive } = await complete(context.args, {
    client,
    tree: context.tree,
    env: invocation.env,
    describes,
  });
  await out.write(`${lines.map((line) => `${line}\n`).join('')}:${directive}\n`);
  const names: Readonly<Record<number, string>> = {
    0: 'ShellCompDirectiveDefault',
    1: 'ShellCompDirectiveError',
    2: 'ShellCompDirectiveNoSpace',
    4: 'ShellCompDirectiveNoFileComp',
  };
  await err.line(`Completion ended with directive: ${names[directive] ?? ''}`);
}
