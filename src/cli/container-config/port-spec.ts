/** `-p 127.0.0.1:8080:80/tcp`, port ranges, and `--expose`. */
import type { PortBinding } from '../../api/network.ts';
import { cut } from '../flags/flag-spec.ts';
import { parseUnsigned } from '../../lib/go-numbers.ts';
import { errorMessage } from '../../lib/errors.ts';
import { isIpAddress } from './validators.ts';

export interface PublishedPorts {
  /** `80/tcp` and so on. */
  readonly exposed: Record<string, Record<string, never>>;
  readonly bindings: Record<string, readonly PortBinding[]>;
}

/** Throws with Docker's words. */
export function parsePorts(options: {
  readonly publish: readonly string[];
  readonly expose: readonly string[];
}): PublishedPorts {
  const ports: PublishedPorts = { exposed: {}, bindings: {} };
  for (const spec of options.publish.map(shortNotation)) addPublished(ports, spec);
  for (const spec of options.expose) addExposed(ports, spec);
  return ports;
}

/** `target=80,published=8080` in the short notation. */
function shortNotation(spec: string): string {
  if (!spec.includes('=')) return spec;
  const fields: Record<string, string> = { protocol: 'tcp' };
  for (const field of spec.split(',')) {
    const [key, value] = cut(field, '=');
    if (value === undefined || key === '') {
      throw new Error(`invalid publish opts format (should be name=value but got '${field}')`);
    }
    fields[key] = value;
  }
  return `${fields['published'] ?? ''}:${fields['target'] ?? ''}/${fields['protocol'] ?? ''}`;
}

function addPublished(ports: PublishedPorts, spec: string): void {
  const parts = spec.split(':');
  const target = parts.at(-1) ?? '';
  const hostPort = parts.at(-2) ?? '';
  const [protocol, containerPort] = splitProtocol(target);
  const ip = hostAddress(parts.slice(0, -2).join(':'));
  if (containerPort === '') throw new Error(`no port specified: ${spec}<empty>`);
  const container = range(containerPort, `invalid containerPort: ${containerPort}`);
  const host = hostPort === '' ? undefined : range(hostPort, `invalid hostPort: ${hostPort}`);
  const count = container.end - container.start;
  if (host !== undefined && count !== host.end - host.start && count > 0) {
    throw new Error(
      `invalid ranges specified for container and host Ports: ${containerPort} and ${hostPort}`,
    );
  }
  const proto = protocol.toLowerCase();
  if (!['tcp', 'udp', 'sctp'].includes(proto)) throw new Error(`invalid proto: ${protocol}`);
  for (let offset = 0; offset <= count; offset += 1) {
    const port = `${container.start + offset}/${proto}`;
    ports.exposed[port] = {};
    const binding = { HostIp: ip, HostPort: hostPortOf(host, { offset, count }) };
    ports.bindings[port] = [...(ports.bindings[port] ?? []), binding];
  }
}

function addExposed(ports: PublishedPorts, spec: string): void {
  if (spec.includes(':')) throw new Error(`invalid port format for --expose: ${spec}`);
  const [protocol, port] = splitProtocol(spec);
  let ends: PortRange;
  try {
    ends = parsePortRange(port);
  } catch (error) {
    throw new Error(`invalid range format for --expose: ${spec}, error: ${errorMessage(error)}`, {
      cause: error,
    });
  }
  for (let number = ends.start; number <= ends.end; number += 1) {
    ports.exposed[`${number}/${protocol}`] ??= {};
  }
}

interface PortRange {
  readonly start: number;
  readonly end: number;
}

/** A single container port with a host range lets the engine pick within it. */
function hostPortOf(
  host: PortRange | undefined,
  options: { readonly offset: number; readonly count: number },
): string {
  if (host === undefined) return '';
  const first = String(host.start + options.offset);
  return options.count === 0 && host.start !== host.end ? `${first}-${host.end}` : first;
}

function hostAddress(text: string): string {
  const ip = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (ip !== '' && !isIpAddress(ip)) throw new Error(`invalid IP address: ${ip}`);
  return ip;
}

function splitProtocol(text: string): [string, string] {
  const [port = '', protocol = ''] = text.split('/');
  if (port === '') return ['', ''];
  return [protocol === '' ? 'tcp' : protocol, port];
}

function range(text: string, message: string): PortRange {
  try {
    return parsePortRange(text);
  } catch (error) {
    throw new Error(message, { cause: error });
  }
}

function parsePortRange(text: string): PortRange {
  if (text === '') throw new Error('empty string specified for ports');
  const [first = '', last = first] = text.split('-');
  const start = port(first);
  const end = port(last);
  if (end < start) throw new Error(`invalid range specified for port: ${text}`);
  return { start, end };
}

/** Decimal only, whatever zeros lead. */
function port(text: string): number {
  return parseUnsigned(/^0+\d/.test(text) ? String(Number(text)) : text, { bits: 16 });
}
