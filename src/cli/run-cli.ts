/** The `docker` program: finds the command, reads its flags, runs it, and ends with an exit code. */
import { errorMessage } from '../lib/errors.ts';
import { ExitError } from './command/exit-error.ts';
import { ParsedFlags } from './flags/parsed-flags.ts';
import { find } from './command/command.ts';
import type { Command, CommandNode } from './command/command.ts';
import { commandHelp, groupHelp, overview } from './command/help.ts';
import {
  argumentError,
  flagError,
  notAvailableError,
  unknownCommandError,
  useLine,
} from './command/usage-error.ts';
import { forwardBuild } from './commands/build/forward.ts';
import { commandTree } from './commands/tree.ts';
import { globalFlags, globalFlagsOf } from './commands/global-flags.ts';
import { checkGlobals, checkSupported, configDirectory, openClient } from './open-client.ts';
import { parseFlags } from './flags/parse-flags.ts';
import type { ParseResult } from './flags/parse-flags.ts';
import type { FlagSpec } from './flags/flag-spec.ts';
import type { CliHost, CliInvocation } from './invocation.ts';
import { Output } from './output.ts';
import { terminationOf } from './termination.ts';
import { clientVersion } from './client-version.ts';

/** Of a program that SIGPIPE ended: nobody reads its last words. */
const brokenPipeCode = 128 + 13;

/** Runs one `docker` command line to its end; resolves with the exit code and never rejects. */
export async function runCli(invocation: CliInvocation, host: CliHost): Promise<number> {
  const program = new Program(invocation, host);
  return program.run();
}

class Program {
  readonly #invocation: CliInvocation;
  readonly #host: CliHost;
  readonly #out: Output;
  readonly #err: Output;
  #globals = new ParsedFlags(globalFlags);

  constructor(invocation: CliInvocation, host: CliHost) {
    this.#invocation = invocation;
    this.#host = host;
    this.#out = new Output(invocation.stdout, { terminal: invocation.terminal.stdout });
    this.#err = new Output(invocation.stderr, { terminal: invocation.terminal.stderr });
  }

  async run(): Promise<number> {
    const termination = terminationOf(this.#invocation);
    try {
      await this.#dispatch(termination.signal);
      return 0;
    } catch (error) {
      if (termination.exitCode !== undefined && !(error instanceof ExitError)) {
        return termination.exitCode;
      }
      const message = error instanceof ExitError ? error.message : errorMessage(error);
      if (message !== '') await this.#err.line(message);
      if (!this.#err.open) return brokenPipeCode;
      return error instanceof ExitError ? error.exitCode : 1;
    } finally {
      termination.dispose();
      await this.#out.release();
      await this.#err.release();
    }
  }

  async #dispatch(signal: AbortSignal): Promise<void> {
    const root = await this.#parse(globalFlags, {
      argv: this.#invocation.argv,
      path: 'docker',
      useLine: 'docker [OPTIONS] COMMAND [ARG...]',
      interspersed: false,
    });
    this.#globals = root.flags;
    const forwarded = forwardBuild(root.arguments, this.#invocation.env);
    const [name, ...rest] = forwarded.argv;
    await checkGlobals(root.flags);
    if (root.flags.bool('version')) {
      const { version, gitCommit } = clientVersion;
      return this.#out.line(`Docker version ${version}, build ${gitCommit}`);
    }
    if (root.help) return this.#out.write(this.#overview());
    if (name === undefined) return this.#err.write(this.#overview());
    if (name === 'help') return this.#out.write(this.#helpOf(rest));
    const node = find(commandTree, name);
    if (node === undefined) throw unknownCommandError('docker', { name });
    await this.#err.write(forwarded.notice);
    await this.#descend(node, { path: `docker ${node.name}`, argv: rest, signal });
  }

  async #descend(
    node: CommandNode,
    options: { readonly path: string; readonly argv: readonly string[]; signal: AbortSignal },
  ): Promise<void> {
    const { path, argv } = options;
    if (node.unsupported !== undefined) return this.#refuse(node, options);
    if (node.command !== undefined)
      return this.#execute({ ...node, command: node.command }, options);
    if (node.children === undefined) throw notAvailableError(path);
    const usage = useLine(path, node.useSuffix ?? '');
    const flags = node.flags ?? [];
    const parsed = await this.#parse(flags, { argv, path, useLine: usage, interspersed: false });
    const [name, ...rest] = parsed.arguments;
    const before = argv.slice(0, argv.length - parsed.arguments.length);
    if (parsed.help) return this.#out.write(this.#groupHelp(node, path));
    // Asked for nothing, the real program answers on standard error.
    if (name === undefined) return this.#err.write(this.#groupHelp(node, path));
    const child = find(node.children, name);
    if (child === undefined) {
      // A flag after a word that is no command is complained about first.
      await this.#parse(flags, { argv, path, useLine: usage, interspersed: true });
      throw unknownCommandError(path, { name, group: node });
    }
    const inner = { ...options, path: `${path} ${child.name}`, argv: [...before, ...rest] };
    await this.#descend(child, inner);
  }

  /** Asked for help, the real program tells why there is none, and ends well. */
  async #refuse(
    node: CommandNode,
    options: { readonly path: string; readonly argv: readonly string[] },
  ): Promise<void> {
    const { argv } = options;
    const child = find(node.children ?? [], argv[0] ?? '');
    const path = child === undefined ? options.path : `${options.path} ${child.name}`;
    const reason = `${path} ${node.unsupported ?? ''}`;
    if (argv.some((word) => word === '--help' || word === '-h')) return this.#out.line(reason);
    throw new ExitError(1, reason);
  }

  async #execute(
    node: CommandNode & { readonly command: Command },
    options: { readonly path: string; readonly argv: readonly string[]; signal: AbortSignal },
  ): Promise<void> {
    const { path } = options;
    const { command } = node;
    const parsed = await this.#parse(node.passesFlags === true ? [] : command.flags, {
      argv: node.passesFlags === true ? ['--', ...options.argv] : options.argv,
      path,
      useLine: useLine(path, command.use),
      interspersed: command.interspersed ?? true,
    });
    if (parsed.help) return this.#out.write(this.#commandHelp(command, path));
    const error = argumentError(command, { path, count: parsed.arguments.length });
    if (error !== undefined) throw error;
    checkSupported(command.flags, parsed.flags);
    const { config, client } = await openClient({
      invocation: this.#invocation,
      host: this.#host,
      globals: this.#globals,
      err: this.#err,
    });
    await command.run({
      path,
      tree: commandTree,
      invocation: this.#invocation,
      host: this.#host,
      client,
      config,
      out: this.#out,
      err: this.#err,
      flags: parsed.flags,
      args: parsed.arguments,
      signal: options.signal,
      now: this.#host.now ?? Date.now,
    });
  }

  async #parse(
    specs: readonly FlagSpec[],
    options: {
      readonly argv: readonly string[];
      readonly path: string;
      readonly useLine: string;
      readonly interspersed: boolean;
    },
  ): Promise<ParseResult> {
    const notices: string[] = [];
    const onDeprecated = (notice: string) => notices.push(notice);
    try {
      const { interspersed } = options;
      return parseFlags(specs, options.argv, { interspersed, onDeprecated });
    } catch (error) {
      throw flagError(errorMessage(error), options);
    } finally {
      // Only the root's flags complain on standard error.
      const output = options.path === 'docker' ? this.#err : this.#out;
      for (const notice of notices) await output.line(notice);
    }
  }

  #helpOf(words: readonly string[]): string {
    let nodes: readonly CommandNode[] = commandTree;
    let node: CommandNode | undefined;
    let path = 'docker';
    for (const word of words) {
      const found = find(nodes, word);
      if (found === undefined) {
        const unknown = words.slice(words.indexOf(word)).join(' ');
        throw new ExitError(1, `unknown help topic: ${unknown}`);
      }
      node = found;
      if (node.unsupported !== undefined) return `${path} ${node.name} ${node.unsupported}\n`;
      path += ` ${node.name}`;
      nodes = node.children ?? [];
    }
    if (node === undefined) return this.#overview();
    if (node.command !== undefined) return this.#commandHelp(node.command, path);
    if (node.children === undefined) throw notAvailableError(path);
    return this.#groupHelp(node, path);
  }

  #commandHelp(command: Command, path: string): string {
    return commandHelp(command, { path, columns: this.#columns() });
  }

  #groupHelp(node: CommandNode, path: string): string {
    return groupHelp(node, { path, columns: this.#columns() });
  }

  #overview(): string {
    const columns = this.#columns();
    const bold = this.#out.terminal;
    const { env } = this.#invocation;
    const directory = configDirectory({ env, globals: this.#globals });
    const legacy = env['DOCKER_HIDE_LEGACY_COMMANDS'] ?? '';
    return overview(commandTree, {
      path: 'docker',
      columns,
      globalFlags: globalFlagsOf(directory),
      bold,
      hidesLegacy: legacy !== '',
    });
  }

  /** Help is as wide as the terminal on standard input, as the real program asks. */
  #columns(): number {
    const { terminal } = this.#invocation;
    return terminal.stdin ? terminal.columns : 80;
  }
}
