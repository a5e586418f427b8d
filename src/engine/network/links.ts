/** `--link` on the default bridge: another container's address and settings, told when the container starts. */
import { KindError } from '../../lib/errors.ts';
import type { Container } from '../container/container.ts';
import type { Daemon } from '../daemon.ts';

export interface Link {
  /** `/parent/alias`, the other container's second name. */
  readonly name: string;
  readonly alias: string;
  readonly child: Container;
}

/** Those whose container is still there. On user-defined networks links are names, and not among these. */
export function containerLinks(daemon: Daemon, container: Container): Link[] {
  const { hostConfig, name } = container;
  if ((hostConfig.NetworkMode ?? 'bridge') !== 'bridge') return [];
  return (hostConfig.Links ?? []).flatMap((text) => {
    const [target = '', given = target] = text.split(':');
    const alias = given.split('/').at(-1) ?? '';
    try {
      const child = daemon.containers.find(target.replace(/^\//, ''));
      return [{ name: `/${name}/${alias}`, alias, child }];
    } catch {
      return [];
    }
  });
}

/** As the API shows them: `/child:/parent/alias`. */
export function linksWire(daemon: Daemon, container: Container): string[] | null {
  const links = containerLinks(daemon, container);
  return links.length === 0
    ? (container.hostConfig.Links?.slice() ?? null)
    : links.map(({ name, child }) => `/${child.name}:${name}`);
}

/** `/parent/alias`, which is another name of the linked container; undefined when nobody has such a link. */
export function findLink(
  daemon: Daemon,
  text: string,
): { readonly parent: Container; readonly link: Link } | undefined {
  const name = `/${text.replace(/^\//, '')}`;
  for (const parent of daemon.containers.list()) {
    const link = containerLinks(daemon, parent).find((one) => one.name === name);
    if (link !== undefined) return { parent, link };
  }
  return undefined;
}

/** Takes a link away from the container that has it. */
export function removeLink(daemon: Daemon, parent: Container, { alias }: Link): void {
  const { hostConfig } = parent;
  const rest = containerLinks(daemon, parent).filter((link) => link.alias !== alias);
  const Links = rest.map((link) => `${link.child.name}:${link.alias}`);
  parent.hostConfig = { ...hostConfig, Links: Links.length === 0 ? null : Links };
}

/** The other names that a container has by others' links. */
export function linkNames(daemon: Daemon, child: Container): string[] {
  return daemon.containers
    .list()
    .filter(({ hostConfig }) => (hostConfig.Links ?? []).length > 0)
    .flatMap((parent) => containerLinks(daemon, parent))
    .filter((link) => link.child === child)
    .map(({ name }) => name);
}

/** Variables for the container's processes. Throws when one of the others does not run. */
export function linkEnvironment(daemon: Daemon, container: Container): string[] {
  return containerLinks(daemon, container).flatMap((link) => {
    if (!link.child.isRunning) {
      const message = `cannot link to a non running container: /${link.child.name} AS ${link.name}`;
      throw new KindError('system', message);
    }
    const address = addressOf(daemon, link.child);
    if (address === '') {
      const message = `cannot link to /${link.child.name}, as it does not belong to the default network`;
      throw new KindError('system', message);
    }
    return variablesOf(link, address);
  });
}

/** Lines of /etc/hosts: the alias, the host name and, when it differs, the name. */
export function linkHosts(
  daemon: Daemon,
  container: Container,
): [address: string, names: string][] {
  return containerLinks(daemon, container).flatMap(({ alias, child }): [string, string][] => {
    const address = addressOf(daemon, child);
    if (address === '') return [];
    const names = [
      alias,
      child.config.Hostname ?? '',
      ...(alias === child.name ? [] : [child.name]),
    ];
    return [[address, names.join(' ')]];
  });
}

function addressOf(daemon: Daemon, { id }: Container): string {
  const endpoints = daemon.networks.sandboxOf(id)?.endpoints ?? [];
  return endpoints.find(({ network }) => network.name === 'bridge')?.endpoint.ipv4?.address ?? '';
}

/** Not told: they are the child's own. */
const ownVariables = ['HOME', 'PATH'];

function variablesOf({ name, alias, child }: Link, address: string): string[] {
  const prefix = alias.toUpperCase().replaceAll('-', '_');
  const ports = Object.keys(child.config.ExposedPorts ?? {})
    .map((text) => {
      const [port = '', protocol = 'tcp'] = text.split('/');
      return { port, protocol };
    })
    .toSorted((a, b) => Number(a.port) - Number(b.port) || (a.protocol === 'tcp' ? -1 : 1));
  const url = ({ port, protocol }: { port: string; protocol: string }): string =>
    `${protocol}://${address}:${port}`;
  const [first] = ports;
  return [
    ...(first === undefined ? [] : [`${prefix}_PORT=${url(first)}`]),
    ...ports.flatMap((one) => {
      const base = `${prefix}_PORT_${one.port}_${one.protocol.toUpperCase()}`;
      return [
        `${base}=${url(one)}`,
        `${base}_ADDR=${address}`,
        `${base}_PORT=${one.port}`,
        `${base}_PROTO=${one.protocol}`,
      ];
    }),
    `${prefix}_NAME=${name}`,
    ...(child.config.Env ?? [])
      .filter((text) => !ownVariables.includes(text.split('=')[0] ?? ''))
      .map((text) => `${prefix}_ENV_${text}`),
  ];
}
