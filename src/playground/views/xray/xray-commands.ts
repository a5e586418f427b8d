/** Puts x-ray events together: steps into phases, requests into command lines. */
import type { XrayEvent } from '../../../api/xray.ts';

/** Command lines that are kept for looking back. */
export const commandsMax = 20;

/** Steps kept of one command line: a build takes many. */
export const stepsMax = 2000;

export const phases = [
  'image',
  'file',
  'before',
  'join',
  'clone',
  'parent',
  'child',
  'process',
] as const;
export type Phase = (typeof phases)[number];

export interface XrayPhase {
  readonly phase: Phase;
  readonly steps: readonly XrayEvent[];
}

export interface XrayRequest {
  readonly id: string;
  readonly method: string;
  /** Without the version and the query, IDs shortened. */
  readonly path: string;
  readonly status: number | undefined;
  readonly durationMicroseconds: number;
  readonly phases: readonly XrayPhase[];
}

export interface XrayCommand {
  readonly id: string;
  /** As it was typed; of a client that does not tell, its request. */
  readonly text: string;
  readonly startedAt: string;
  readonly requests: readonly XrayRequest[];
  readonly stepCount: number;
  /** The longest step's. */
  readonly durationMicrosecondsMax: number;
}

interface Collected {
  readonly id: string;
  readonly text: string;
  readonly startedAt: string;
  readonly requests: Map<string, XrayEvent[]>;
  count: number;
}

export class XrayCommands {
  readonly #commands = new Map<string, Collected>();
  /** Command of each request that is followed. */
  readonly #commandOf = new Map<string, string>();

  /** True when the event belongs to a command that is shown. */
  add(event: XrayEvent): boolean {
    if (event.kind === 'request' && event.operation === 'begin') this.#begin(event);
    const command = this.#commands.get(this.#commandOf.get(event.requestId) ?? '');
    if (command === undefined || command.count >= stepsMax) return false;
    command.count += 1;
    const events = command.requests.get(event.requestId) ?? [];
    events.push(event);
    command.requests.set(event.requestId, events);
    return true;
  }

  /** The newest first. */
  list(): readonly XrayCommand[] {
    return [...this.#commands.values()].map(toCommand).toReversed();
  }

  #begin({ requestId, arguments: args, startedAt }: XrayEvent): void {
    const typed = args['command'];
    const method = String(args['method']);
    // The page's own questions are no commands.
    if (typed === undefined && (method === 'GET' || method === 'HEAD')) return;
    const id = typed === undefined ? requestId : requestId.replace(/\.\d+$/, '');
    this.#commandOf.set(requestId, id);
    if (this.#commands.has(id)) return;
    const text =
      typed === undefined ? `${method} ${plainPath(String(args['path']))}` : String(typed);
    this.#commands.set(id, { id, text, startedAt, requests: new Map(), count: 0 });
    if (this.#commands.size > commandsMax) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const [oldest] = this.#commands.keys();
    if (oldest === undefined) return;
    this.#commands.delete(oldest);
    for (const [request, command] of this.#commandOf)
      if (command === oldest) this.#commandOf.delete(request);
  }
}

function toCommand({ id, text, startedAt, requests }: Collected): XrayCommand {
  const all = [...requests].map(([request, events]) => toRequest(request, events));
  const steps = all.flatMap((request) => request.phases.flatMap((phase) => phase.steps));
  return {
    id,
    text,
    startedAt,
    requests: all,
    stepCount: steps.length,
    durationMicrosecondsMax: Math.max(1, ...steps.map((step) => step.durationMicroseconds)),
  };
}

function toRequest(id: string, events: readonly XrayEvent[]): XrayRequest {
  const [begin] = events;
  const end = events.find(({ kind, operation }) => kind === 'request' && operation === 'end');
  const status = end?.arguments['status'];
  return {
    id,
    method: String(begin?.arguments['method']),
    path: plainPath(String(begin?.arguments['path'])),
    status: typeof status === 'number' ? status : undefined,
    durationMicroseconds: end?.durationMicroseconds ?? 0,
    phases: groupPhases(events.filter(({ kind }) => kind !== 'request')),
  };
}

/** Neighbours of one phase go together; the order is the kernel's. */
function groupPhases(steps: readonly XrayEvent[]): readonly XrayPhase[] {
  const groups: { phase: Phase; steps: XrayEvent[] }[] = [];
  for (const step of steps) {
    const phase = phaseOf(step);
    const last = groups.at(-1);
    if (last?.phase === phase) last.steps.push(step);
    else groups.push({ phase, steps: [step] });
  }
  return groups;
}

function phaseOf({ kind, arguments: { section } }: XrayEvent): Phase {
  if (kind === 'plan') return phases.find((phase) => phase === section) ?? 'before';
  return kind === 'request' ? 'process' : kind;
}

/** IDs as `docker ps` shows them. */
function plainPath(path: string): string {
  const plain = path.replace(/^\/v[0-9.]+(?=\/)/, '').replace(/\?.*$/, '');
  return plain.replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1');
}
