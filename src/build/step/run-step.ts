/** `RUN`: what is run, with what, and how progress and history call it. */
import type { InstructionSource, RunInstruction } from '../instruction.ts';
import { chompTabs, parseHeredocMark } from '../parse/heredoc.ts';
import { invalid } from '../parse/instruction-input.ts';
import { shellOf } from './apply-config.ts';
import type { RunMount, RunStep, StageState } from './build-step.ts';
import { expander } from './expander.ts';
import type { StepContext } from './step-context.ts';
import { readMount } from './run-mounts.ts';
import { stepText } from './step-name.ts';

/** Where a script is found that a heredoc with an interpreter's name brings. */
const scriptDirectory = '/dev/pipes/';

const proxyNames = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'all_proxy'];

export function runStep(
  instruction: RunInstruction & InstructionSource,
  context: StepContext,
): RunStep {
  const { plan, state, planned } = context;
  const { escape } = plan.dockerfile;
  const expand = expander(context);
  const workdir = state.config.WorkingDir || '/';
  const mounts: RunMount[] = [];
  for (const [index, mount] of instruction.mounts.entries()) {
    const sshCount = mounts.filter(({ type }) => type === 'ssh').length;
    mounts.push(readMount(mount, { expand, workdir, from: planned.mountsFrom[index], sshCount }));
  }
  const { args, script, summary } = commandOf(instruction, state);
  const shown = new Map([...state.env, ...secretMask(mounts)]);
  const options = { env: shown, escape, rawQuotes: true, skipUnset: true };
  const buildArgs = argumentsInForce(state);
  const prefix = buildArgs.length === 0 ? [] : [`|${buildArgs.length}`, ...buildArgs];
  return {
    kind: 'run',
    args,
    env: [...state.env].map(([name, value]) => `${name}=${value}`).concat(proxies(context)),
    workdir,
    user: state.config.User ?? '',
    mounts,
    network: instruction.network,
    security: instruction.security,
    ...(script === undefined ? {} : { script }),
    buildArgs,
    text: stepText(instruction.code + summary, options),
    createdBy: `RUN ${[...prefix, ...args].join(' ')} # buildkit`,
    classicText: instruction.code,
    range: instruction.range,
    isOnBuild: planned.isOnBuild,
  };
}

interface RunCommand {
  readonly args: readonly string[];
  readonly script?: { readonly path: string; readonly content: string };
  /** What progress adds to the line: the heredoc's first line. */
  readonly summary: string;
}

function commandOf({ command, heredocs }: RunInstruction, { config }: StageState): RunCommand {
  if (command.form === 'exec') return { args: command.args, summary: '' };
  const withShell = (text: string) => [...shellOf(config), text];
  const [first] = heredocs;
  if (first === undefined) return { args: withShell(command.text), summary: '' };
  if (parseHeredocMark(command.text) === undefined) {
    // Something around them: the shell reads them itself.
    const documents = heredocs.map(({ name, content }) => `\n${content}${name}`).join('');
    return { args: withShell(command.text + documents), summary: '' };
  }
  const content = first.chomp ? chompTabs(first.content) : first.content;
  const summary = ` (${summarize(first.content)})`;
  if (!content.startsWith('#!')) return { args: withShell(content), summary };
  const path = scriptDirectory + first.name;
  if (first.name.includes('/')) throw invalid(`invalid heredoc name ${JSON.stringify(first.name)}`);
  return { args: withShell(path), script: { path, content }, summary };
}

function summarize(document: string): string {
  const [line = '', ...more] = document.trim().split(/\r?\n/);
  return more.length > 0 ? `${line}...` : line;
}

/** Each argument once, with what it stands for now. */
function argumentsInForce({ args, env }: StageState): string[] {
  return [...args].map(([name, value]) => `${name}=${env.get(name) ?? value ?? ''}`);
}

/** Of the classic builder's cache and history, proxies are no part. */
export function isProxyArgument(argument: string): boolean {
  return proxyNames.includes(argument.slice(0, argument.indexOf('=')).toLowerCase());
}

/** A proxy needs no ARG to be given to RUN, in both spellings. */
function proxies({ plan }: StepContext): string[] {
  return [...plan.options.buildArgs].flatMap(([name, value]) =>
    proxyNames.includes(name.toLowerCase())
      ? [`${name.toUpperCase()}=${value}`, `${name.toLowerCase()}=${value}`]
      : [],
  );
}

/** A secret's value never shows. */
function secretMask(mounts: readonly RunMount[]): Map<string, string> {
  const masked = new Map<string, string>();
  for (const mount of mounts)
    if (mount.type === 'secret' && mount.env !== undefined) masked.set(mount.env, '****');
  return masked;
}
