/** Answers to `call=…` of `POST /build`: checks, outline and targets, as BuildKit's frontend gives them. */
import type {
  BuildCallLocation,
  BuildCallResult,
  BuildOutlineArg,
  BuildSourceInfo,
  BuildVertexWarning,
} from '../../api/build.ts';
import { encodeBase64Text } from '../../lib/base64.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { BuildArgument, Dockerfile } from '../instruction.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { SourceError, type SourceFile, type SourceRange } from '../source.ts';
import type { BuildStep } from '../step/build-step.ts';
import type { Finding } from './findings.ts';

/** `error` is what no build could do: it is part of the answer. */
export function checkResult(
  source: SourceFile,
  found: { readonly list: readonly Finding[]; readonly error?: unknown },
): BuildCallResult {
  const { list, error } = found;
  return {
    call: 'check',
    warnings: list.map(({ rule, message, ranges }) => ({
      ruleName: rule.name,
      description: rule.description,
      ...(rule.url === undefined ? {} : { url: rule.url }),
      detail: message,
      location: { sourceIndex: 0, ranges: ranges.flatMap(rangesOf) },
    })),
    sources: [sourceInfo(source)],
    ...(error === undefined ? {} : { buildError: buildError(error) }),
  };
}

function buildError(error: unknown): { message: string; location: BuildCallLocation } {
  const ranges = error instanceof SourceError ? error.ranges : [];
  return {
    message: errorMessage(error),
    location: { sourceIndex: 0, ranges: ranges.flatMap(rangesOf) },
  };
}

/** A finding as a build's progress tells it, of the step that read the Dockerfile. */
export function findingWarning(
  finding: Finding,
  { vertex, source }: { readonly vertex: string; readonly source: SourceFile },
): BuildVertexWarning {
  const { rule, message, ranges } = finding;
  const line = ranges[0]?.startLine ?? 0;
  const place = line > 0 ? ` (line ${line})` : '';
  return {
    vertex,
    level: 1,
    short: encodeBase64Text(`${rule.name}: ${message}${place}`),
    detail: [encodeBase64Text(rule.description)],
    ...(rule.url === undefined ? {} : { url: rule.url }),
    sourceInfo: sourceInfo(source),
    range: ranges.flatMap(rangesOf),
  };
}

export function targetsResult({ stages, source }: Dockerfile): BuildCallResult {
  return {
    call: 'targets',
    targets: stages.map((stage, index) => ({
      ...(stage.stageName === '' ? {} : { name: stage.stageName }),
      ...(index === stages.length - 1 ? { default: true } : {}),
      ...(stage.description === undefined ? {} : { description: stage.description }),
      base: stage.baseName,
      ...(stage.platform === '' ? {} : { platform: stage.platform }),
      location: { ranges: rangesOf(stage.range) },
    })),
    sources: [encodeBase64Text(source.text)],
  };
}

/** What a target can be given. `steps` are those of the stages it needs. */
export function outlineResult(plan: BuildPlan, steps: readonly BuildStep[]): BuildCallResult {
  const target = plan.stages[plan.target];
  const { stageName = '', description } = target?.stage ?? {};
  const mounts = steps.flatMap((step) => (step.kind === 'run' ? step.mounts : []));
  const named = (type: 'secret' | 'ssh') => {
    const all = mounts.flatMap((mount) => (mount.type === type ? [mount] : []));
    const first = new Map([...all].reverse().map((mount) => [mount.id, mount]));
    return [...first.values()].reverse().map(({ id, required }) => ({
      name: id,
      ...(required ? { required: true } : {}),
    }));
  };
  return {
    call: 'outline',
    ...(stageName === '' ? {} : { name: stageName }),
    ...(description === undefined ? {} : { description }),
    args: outlineArgs(plan),
    secrets: named('secret'),
    ssh: named('ssh'),
    sources: [encodeBase64Text(plan.dockerfile.source.text)],
  };
}

function outlineArgs(plan: BuildPlan): BuildOutlineArg[] {
  const { dockerfile, order, stages, globalArgs } = plan;
  const args = new Map<string, BuildOutlineArg>();
  const add = (arg: BuildArgument, range: SourceRange) => {
    const given = plan.options.buildArgs.get(arg.key) ?? arg.value ?? globalArgs.get(arg.key);
    if (args.has(arg.key)) return;
    args.set(arg.key, {
      name: arg.key,
      ...(arg.description === undefined ? {} : { description: arg.description }),
      ...(given === undefined ? {} : { value: given }),
      location: { ranges: rangesOf(range) },
    });
  };
  const used = order.flatMap((index) => stages[index] ?? []);
  const froms = used.map(({ stage }) => `${stage.baseName} ${stage.platform}`).join(' ');
  for (const { args: list, range } of dockerfile.globalArgs)
    for (const arg of list)
      if (new RegExp(`\\$\\{?${escapePattern(arg.key)}\\b`).test(froms)) add(arg, range);
  for (const { instructions } of used)
    for (const { instruction } of instructions)
      if (instruction.name === 'ARG')
        for (const arg of instruction.args) add(arg, instruction.range);
  return [...args.values()];
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function sourceInfo({ filename, text }: SourceFile): BuildSourceInfo {
  return { filename, language: 'Dockerfile', data: encodeBase64Text(text) };
}

/** One for each line, as BuildKit has them. */
function rangesOf({ startLine, endLine }: SourceRange) {
  return Array.from({ length: Math.max(1, endLine - startLine + 1) }, (_, at) => ({
    start: { line: startLine + at },
    end: { line: startLine + at },
  }));
}
