/** The guest as one request sees it while somebody watches: every call is passed on and told. */
import type {
  ApplyOptions,
  Guest,
  GuestProcess,
  RunOptions,
  StepTrace,
} from '../../guest/guest.ts';
import type { SetupPlan } from '../../guest/plan.ts';
import { publishPlan } from './plan-steps.ts';
import type { RequestTrace } from './request-trace.ts';

export function traceGuest(guest: Guest, trace: RequestTrace): Guest {
  const file = (operation: string, path: string) => ({
    kind: 'file' as const,
    operation,
    arguments: { path },
  });
  return {
    ready: guest.ready,
    run: (plan, options) => tracedRun({ guest, trace }, plan, options),
    adopt: (key) => guest.adopt(key),
    apply: (plan, options) => tracedApply({ guest, trace }, plan, options),
    signal: (pid, number) =>
      trace.measure(signalStep(pid, number), () => guest.signal(pid, number)),
    stat: (path, options) => trace.measure(file('stat', path), () => guest.stat(path, options)),
    readFile: (path, options) =>
      trace.measure(file('readFile', path), () => guest.readFile(path, options)),
    readFiles: (paths) =>
      trace.measure({ kind: 'file', operation: 'readFiles', arguments: { paths } }, () =>
        guest.readFiles(paths),
      ),
    writeFile: (path, content, options) =>
      trace.measure(file('writeFile', path), () => guest.writeFile(path, content, options)),
    appendFile: (path, options) =>
      trace.measure(file('appendFile', path), () => guest.appendFile(path, options)),
    readDirectory: (path, options) =>
      trace.measure(file('readDirectory', path), () => guest.readDirectory(path, options)),
    readTar: (path, options) => {
      trace.note({ ...file('readTar', path), shell: `tar -c ${path}` });
      return guest.readTar(path, options);
    },
    writeTar: (path, tar, options) =>
      trace.measure({ ...file('writeTar', path), shell: `tar -x -C ${path}` }, () =>
        guest.writeTar(path, tar, options),
      ),
    connect: (target) => guest.connect(target),
    listen: (options, onConnection) => guest.listen(options, onConnection),
    openDatagrams: (options) => guest.openDatagrams(options),
    openEthernet: (options) => guest.openEthernet(options),
    watchFile: (path, listener) => guest.watchFile(path, listener),
    onDocker: (handler) => guest.onDocker(handler),
    onSocket: (handler) => guest.onSocket(handler),
    // It is not the request's to dispose of.
    dispose: () => undefined,
  };
}

/** A signal to a process, as a step. */
export function signalStep(pid: number, signal: number) {
  return {
    kind: 'process' as const,
    operation: 'signal',
    arguments: { pid, signal },
    shell: `kill -${signal} ${pid}`,
  };
}

interface Traced {
  readonly guest: Guest;
  readonly trace: RequestTrace;
}

async function tracedRun(
  { guest, trace }: Traced,
  plan: SetupPlan,
  options: RunOptions = {},
): Promise<GuestProcess> {
  const startedMs = trace.now();
  try {
    const process = await guest.run(plan, { ...options, traced: true });
    publishPlan(trace, plan, { startedMs, trace: process.trace });
    const { pid } = process;
    process.exit.then(
      ({ code, signal }) =>
        trace.note({
          kind: 'process',
          operation: 'exit',
          arguments: { pid, code, ...(signal === undefined ? {} : { signal }) },
        }),
      () => undefined, // the machine is gone: whoever waits hears of it
    );
    return process;
  } catch (error) {
    publishPlan(trace, plan, { startedMs, trace: [], error });
    throw error;
  }
}

async function tracedApply(
  { guest, trace }: Traced,
  plan: SetupPlan,
  options: ApplyOptions = {},
): Promise<readonly StepTrace[]> {
  const startedMs = trace.now();
  try {
    const steps = await guest.apply(plan, { ...options, traced: true });
    publishPlan(trace, plan, { startedMs, trace: steps });
    return steps;
  } catch (error) {
    publishPlan(trace, plan, { startedMs, trace: [], error });
    throw error;
  }
}
