/**
 * Holds a published port of the machine, as Docker's userland proxy does: a process that takes what the packet filter
 * does not translate. It is the agent's own program under another name.
 */
import type { GuestProcess } from '../../guest/guest.ts';
import type { SetupPlan } from '../../guest/plan.ts';
import { KindError } from '../../lib/errors.ts';
import type { PublishedPort } from '../../network/network-view.ts';
import { collectText } from '../../guest/collect-text.ts';
import type { Daemon } from '../daemon.ts';
import { sigterm } from '../../lib/signals.ts';
import { proxyKey } from '../state/process-keys.ts';

const program = '/run/bottleship/docker';

/** Resolves when the port is held; rejects in dockerd's words when it cannot be had. */
export async function startProxy(daemon: Daemon, port: PublishedPort): Promise<GuestProcess> {
  const process = await daemon.guest.run(proxyPlan(port), {
    stdio: { stdin: false, stdout: true, stderr: false },
    key: proxyKey(port),
  });
  const answer = (await collectText(process.stdout)).trim();
  if (answer === '0') return process;
  await process.exit.catch(() => undefined);
  const { hostAddress, hostPort, containerAddress, containerPort, protocol } = port;
  const host = hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress;
  const where = `${host}:${hostPort}:${containerAddress}:${containerPort}/${protocol}`;
  throw new KindError('system', `failed to bind host port for ${where}: ${answer}`);
}

/** Resolves when the port is free again. */
export async function stopProxy(process: GuestProcess): Promise<void> {
  await process.signal(sigterm).catch(() => undefined);
  await process.exit.catch(() => undefined);
}

function proxyPlan(port: PublishedPort): SetupPlan {
  const cause = 'A process that holds the port, for connections from the machine itself';
  const options = {
    proto: port.protocol,
    'host-ip': port.hostAddress,
    'host-port': String(port.hostPort),
    'container-ip': port.containerAddress,
    'container-port': String(port.containerPort),
  };
  const argv = Object.entries(options).flatMap(([name, value]) => [`-${name}`, value]);
  return {
    before: [],
    clone: { namespaces: [] },
    child: [
      { operation: { op: 'setsid' }, cause },
      {
        operation: {
          op: 'exec',
          path: program,
          argv: ['/usr/bin/docker-proxy', ...argv],
          env: [],
        },
        cause,
      },
    ],
  };
}
