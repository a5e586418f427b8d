/** `POST /exec/{id}/start`: joins the container's namespaces and cgroup and runs the command there. */
import type { GuestProcess } from '../guest/guest.ts';
import type { SetupPlan } from '../guest/plan.ts';
import { KindError } from '../lib/errors.ts';
import { encodeStdcopy } from '../lib/stdcopy.ts';
import { attachWritable } from './container/attach-streams.ts';
import { detachKeysDefault, parseDetachKeys } from './container/detach-keys.ts';
import { OutputFan } from './container/output-fan.ts';
import { drainMsMax, InputRelay, pumpOutput } from './container/process-io.ts';
import { setupFailure, startError } from './container/start-error.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import { checkActive, commandOf } from './exec-create.ts';
import { containerUser } from './exec/container-user.ts';
import type { ExecInstance } from './exec/exec-table.ts';
import type { AttachedStream, TerminalSize } from './server/backend/streams.ts';
import { keyringName, processSecurity } from './spec/compile-spec.ts';
import { processEnv, replaceOrAppendEnv } from './spec/environment.ts';
import { execPlan } from './spec/exec-plan.ts';
import { execKey } from './state/process-keys.ts';
import { rlimitsOf } from './spec/resources.ts';
import { containerIds } from './spec/user-namespace.ts';

const execExitCodeDefault = 126;

export async function execCheck(daemon: Daemon, id: string): Promise<void> {
  const exec = daemon.execs.find(id);
  checkActive(exec.container);
}

export async function execStart(
  daemon: Daemon,
  id: string,
  options: { readonly detach: boolean; readonly size?: TerminalSize },
): Promise<AttachedStream | undefined> {
  await execCheck(daemon, id);
  const exec = daemon.execs.find(id);
  if (exec.state === 'exited')
    throw new KindError('conflict', `exec command ${id} has already run`);
  if (exec.state === 'running')
    throw new KindError('conflict', `exec command ${id} is already running`);
  exec.state = 'running';
  logContainerEvent(daemon, exec.container, {
    action: `exec_start: ${commandOf(exec.args)}`,
    attributes: { execID: id },
  });
  const { detach, size = exec.size } = options;
  const process = await launch(daemon, { exec, size, detach });
  exec.process = process;
  exec.pid = process.pid;
  exec.setStarted();
  const output = new OutputFan((milliseconds, signal) => daemon.clock.delay(milliseconds, signal));
  const stream = options.detach ? undefined : connect(daemon, { exec, process, output });
  supervise(daemon, { exec, process, output }).catch(() => {});
  return stream;
}

async function launch(
  daemon: Daemon,
  options: {
    readonly exec: ExecInstance;
    readonly size: TerminalSize | undefined;
    readonly detach: boolean;
  },
): Promise<GuestProcess> {
  const { exec, detach } = options;
  let plan: SetupPlan = { before: [] };
  try {
    plan = await buildPlan(daemon, options);
    const stdio = { stdin: exec.openStdin, stdout: true, stderr: true };
    // Whoever is attached is not there any more when the machine is restored.
    return await daemon.guest.run(plan, { stdio, ...(detach ? { key: execKey(exec.id) } : {}) });
  } catch (error) {
    const known = startError(error, { plan, args: exec.args, exec: true });
    // What never came to the command is 126, like a command that may not be executed.
    const early = setupFailure(error) === undefined;
    daemon.execs.finish(exec, early ? execExitCodeDefault : known.exitCode);
    exec.setStarted();
    throw known.error;
  }
}

async function buildPlan(
  daemon: Daemon,
  { exec, size }: { readonly exec: ExecInstance; readonly size: TerminalSize | undefined },
): Promise<SetupPlan> {
  const { container } = exec;
  const { config, hostConfig } = container;
  const user = await containerUser(daemon, { container, user: exec.user });
  const ids = containerIds(daemon.ids, hostConfig);
  return execPlan(
    {
      args: exec.args,
      env: processEnv({
        configured: replaceOrAppendEnv(config.Env ?? [], exec.env),
        hostname: config.Hostname ?? '',
        tty: exec.tty,
        home: user.home,
      }),
      cwd: exec.workingDirectory || '/',
      terminal: exec.tty,
      consoleSize: size ?? { columns: 0, rows: 0 },
      user,
      rlimits: rlimitsOf(hostConfig),
      oomScoreAdj: hostConfig.OomScoreAdj ?? 0,
      ...processSecurity({ hostConfig, user, allCapabilities: exec.privileged }),
    },
    {
      pid: container.state.pid,
      cgroup: container.cgroup,
      keyring: keyringName(container.id),
      oomScoreAdj: hostConfig.OomScoreAdj ?? 0,
      ...(ids === undefined ? {} : { ids }),
    },
  );
}

function connect(
  daemon: Daemon,
  parts: {
    readonly exec: ExecInstance;
    readonly process: GuestProcess;
    readonly output: OutputFan;
  },
): AttachedStream {
  const { exec, process, output } = parts;
  const multiplexed = !exec.tty;
  const tap = output.tap({
    stdout: exec.openStdout,
    stderr: exec.openStderr,
    encode: (stream, chunk) => (multiplexed ? encodeStdcopy(stream, chunk) : chunk),
  });
  const input = new InputRelay();
  if (exec.openStdin) input.connect(process.stdin);
  const writable = attachWritable(
    exec.openStdin
      ? {
          detachKeys: exec.tty ? detachKeysOf(exec) : new Uint8Array(),
          write: (chunk) => input.write(chunk),
          end: async () => {
            if (!exec.tty) await input.close();
          },
          detach: () => {
            const attributes = { execID: exec.id };
            logContainerEvent(daemon, exec.container, { action: 'exec_detach', attributes });
            tap.close();
          },
        }
      : undefined,
  );
  return { duplex: { readable: tap.readable, writable }, multiplexed };
}

/** Without keys of its own, ctrl-p ctrl-q. */
function detachKeysOf({ detachKeys }: ExecInstance): Uint8Array {
  return detachKeys.length > 0 ? detachKeys : parseDetachKeys(detachKeysDefault);
}

/** The stream ends only after the exit code is known: the client asks for it right away. */
async function supervise(
  daemon: Daemon,
  parts: {
    readonly exec: ExecInstance;
    readonly process: GuestProcess;
    readonly output: OutputFan;
  },
): Promise<void> {
  const { exec, process, output } = parts;
  const pumped = pumpOutput(process, (stream, chunk) => output.write(stream, chunk));
  const status = await process.exit.catch(() => ({ code: 137 }));
  const stop = new AbortController();
  const patience = daemon.clock.delay(drainMsMax, stop.signal).catch(() => {});
  await Promise.race([pumped, patience]);
  stop.abort();
  daemon.execs.finish(exec, status.code);
  logContainerEvent(daemon, exec.container, {
    action: 'exec_die',
    attributes: { execID: exec.id, exitCode: String(status.code) },
  });
  output.end();
}
