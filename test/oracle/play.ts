/** Plays scenarios against an engine and gives its answers in a form that can be compared. */
import type { TarMember } from '../support/tars.ts';
import { tarOf } from '../support/tars.ts';
import { decodeBody } from './decode-body.ts';
import { changeAt, valueAt } from './json-path.ts';
import { normalise, normaliseText, shapeOf, type Names } from './normalise.ts';
import {
  filters,
  type Answer,
  type Exchange,
  type PlayedScenario,
  type Scenario,
  type Step,
  type Topic,
} from './scenario.ts';
import type { RawAnswer, Transport } from './transport.ts';

export interface Engine {
  readonly transport: Transport;
  /** What the scenarios are written for: 1.41 for what dockerd 20.10 speaks. */
  readonly version: string;
  readonly dataRoot: string;
  readonly constants: ReadonlySet<string>;
  /** Images that a scenario may use and must find again. */
  readonly images: readonly { readonly id: string; readonly names: readonly string[] }[];
}

const untilMsMax = 8000;
const untilDelayMs = 50;

export async function playTopic(engine: Engine, topic: Topic): Promise<PlayedScenario[]> {
  const played: PlayedScenario[] = [];
  for (const scenario of topic.scenarios) {
    const exchanges = await playScenario(engine, { ...scenario, exact: topic.exact === true });
    played.push({ name: scenario.name, exchanges });
  }
  return played;
}

/** Leaves nothing behind but the fixtures. */
export async function playScenario(
  engine: Engine,
  scenario: Scenario & { readonly exact: boolean },
): Promise<Exchange[]> {
  const { exact } = scenario;
  const saved = new Map([['begin', now()]]);
  const started = new Map<string, Promise<RawAnswer>>();
  const exchanges: Exchange[] = [];
  for (const step of scenario.steps) {
    const answer = send(engine, step, { saved, started });
    if (step.start !== undefined) {
      started.set(step.start, answer);
      answer.catch(() => undefined); // whoever awaits it hears of it
      await new Promise((resolve) => setTimeout(resolve, 300));
      continue;
    }
    const raw = await settle(engine, step, { saved, started, answer });
    keep(step, raw, saved);
    const names: Names = { values: invert(saved), exact, ...engine };
    exchanges.push({ request: shown(step.request), answer: readable(step, raw, names) });
  }
  await cleanUp(engine);
  return exchanges;
}

interface Context {
  readonly saved: ReadonlyMap<string, string>;
  readonly started: ReadonlyMap<string, Promise<RawAnswer>>;
}

async function send(engine: Engine, step: Step, { saved, started }: Context): Promise<RawAnswer> {
  if (step.await !== undefined) {
    const answer = started.get(step.await);
    if (answer === undefined) throw new Error(`Nothing was started as ${step.await}`);
    return answer;
  }
  const fill = (text: string) => fillIn(text, saved);
  const [method = '', ...rest] = step.request.split(' ');
  const path = fill(rest.join(' '));
  const bodyBytes = await encodeBody(step, fill);
  const type = step.tar === undefined ? 'application/json' : 'application/x-tar';
  return engine.transport({
    method,
    path: path.startsWith('/v') || path.startsWith('/_') ? path : `/v${engine.version}${path}`,
    headers: { ...(bodyBytes === undefined ? {} : { 'content-type': type }), ...step.headers },
    ...(bodyBytes === undefined ? {} : { body: bodyBytes }),
    ...(step.input === undefined ? {} : { input: Buffer.from(step.input) }),
  });
}

async function settle(
  engine: Engine,
  step: Step,
  context: Context & { readonly answer: Promise<RawAnswer> },
): Promise<RawAnswer> {
  let answer = await context.answer;
  if (step.until === undefined) return answer;
  const deadline = Date.now() + untilMsMax;
  while (!Buffer.from(answer.body).toString().includes(step.until) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, untilDelayMs));
    answer = await send(engine, step, context);
  }
  return answer;
}

async function encodeBody(
  step: Step,
  fill: (text: string) => string,
): Promise<Uint8Array | undefined> {
  if (step.tar !== undefined) return tarBytes(step.tar);
  if (step.text !== undefined) return Buffer.from(fill(step.text));
  if (step.body !== undefined) return Buffer.from(fill(JSON.stringify(step.body)));
  return undefined;
}

async function tarBytes(members: readonly TarMember[]): Promise<Uint8Array> {
  return new Uint8Array(await new Response(tarOf(members)).arrayBuffer());
}

/** Seconds since 1970, as `since` and `until` take them. */
function now(): string {
  return String(Date.now() / 1000);
}

function fillIn(text: string, saved: ReadonlyMap<string, string>): string {
  return text.replace(/\$([a-z]+)(\.12)?/g, (whole, name: string, short?: string) => {
    const value = name === 'now' ? now() : saved.get(name);
    if (value === undefined) return whole;
    return short === undefined ? value : value.replace(/^sha256:/, '').slice(0, 12);
  });
}

function keep(step: Step, raw: RawAnswer, saved: Map<string, string>): void {
  if (step.save === undefined) return;
  const body = decodeBody(raw);
  for (const [name, path] of Object.entries(step.save)) {
    const value = valueAt(body, path);
    if (typeof value === 'string') saved.set(name, value);
  }
}

function readable(step: Step, raw: RawAnswer, names: Names): Answer {
  let body = decodeBody(raw);
  const failed = raw.status >= 400;
  if (step.pick !== undefined && !failed) {
    const whole = body;
    body = Object.fromEntries(step.pick.map((path) => [path, valueAt(whole, path) ?? null]));
  }
  body = step.shape === true && !failed ? shapeOf(body) : normalise(dropHostWarnings(body), names);
  for (const [path, key] of Object.entries(step.sort ?? {}))
    if (path === '') body = sorted(body, key);
    else changeAt(body, path, (list) => sorted(list, key));
  const shownHeaders = ['content-type', ...(step.show ?? [])].map((name) => [
    name,
    headerText(name, raw.headers[name], names),
  ]);
  return {
    status: raw.status,
    headers: Object.fromEntries(shownHeaders.filter(([, value]) => value !== undefined)),
    ...(body === undefined ? {} : { body }),
  };
}

function headerText(name: string, value: string | undefined, names: Names): string | undefined {
  if (value === undefined) return undefined;
  if (name !== 'x-docker-container-path-stat') return normaliseText(value, names);
  return normaliseText(Buffer.from(value, 'base64').toString(), names);
}

/** The reference runs on amd64 and says so of every image that is not. */
function dropHostWarnings(body: unknown): unknown {
  changeAt(body, 'Warnings', (warnings) =>
    Array.isArray(warnings)
      ? warnings.filter((text) => !String(text).includes('detected host platform'))
      : warnings,
  );
  return body;
}

function sorted(list: unknown, key: string): unknown {
  if (!Array.isArray(list)) return list;
  const text = (item: unknown) => JSON.stringify(key === '' ? item : (valueAt(item, key) ?? ''));
  return [...list].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

function invert(saved: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...saved].map(([name, value]) => [value, name]));
}

function shown(request: string): string {
  try {
    return decodeURIComponent(request);
  } catch {
    return request;
  }
}

/** Leaves only the fixtures' images, so that no scenario sees another's things. */
export async function cleanUp(engine: Engine): Promise<void> {
  const call = async (request: string): Promise<unknown> =>
    decodeBody(await send(engine, { request }, { saved: new Map(), started: new Map() }));
  const list = (value: unknown) =>
    Array.isArray(value) ? (value as Record<string, string>[]) : [];
  for (const { Id } of list(await call('GET /containers/json?all=1')))
    await call(`DELETE /containers/${Id}?force=1&v=1`);
  for (const { Id } of list(await call(`GET /networks?${filters({ type: ['custom'] })}`)).reverse())
    await call(`DELETE /networks/${Id}`);
  const volumes = (await call('GET /volumes')) as { Volumes?: { Name: string }[] | null };
  for (const { Name } of volumes.Volumes ?? []) await call(`DELETE /volumes/${Name}?force=1`);
  const fixtures = new Map(engine.images.map(({ id, names }) => [id, names]));
  for (const { Id = '' } of list(await call('GET /images/json?all=1')))
    if (!fixtures.has(Id)) await call(`DELETE /images/${Id}?force=1`);
  for (const [id, names] of fixtures)
    for (const name of names) await call(`POST /images/${id}/tag?repo=${name}`);
}
