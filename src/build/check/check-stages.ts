/** Checks of a Dockerfile as a whole, of its stages and of what stands before them. */
import { parseReference } from '../../image/reference.ts';
import { parsePlatform } from '../../image/platform.ts';
import { nearest } from '../../lib/suggest.ts';
import { expandText } from '../expand/expand-word.ts';
import type { Dockerfile, InstructionSource, Stage } from '../instruction.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { globalArgs } from '../plan/global-args.ts';
import type { Findings } from './findings.ts';

const reservedNames = ['context', 'scratch'];

export function checkStages(plan: BuildPlan, findings: Findings): void {
  const { dockerfile } = plan;
  for (const line of dockerfile.emptyContinuationLines) {
    const range = { startLine: line, endLine: line };
    findings.add('NoEmptyContinuation', 'Empty continuation line', { range });
  }
  for (const args of dockerfile.globalArgs)
    checkDescription(
      'ARG',
      args.args.map(({ key }) => key),
      args,
      findings,
    );
  for (const stage of dockerfile.stages) checkStageLines(stage, findings);
  checkNames(dockerfile, findings);
  checkCasing(dockerfile, findings);
  checkDefaults(plan, findings);
  for (const stage of dockerfile.stages) checkFrom(stage, plan, findings);
}

/** What can be seen of each instruction alone, as it is read. */
function checkStageLines(stage: Stage, findings: Findings): void {
  const [, as, name] = stage.words;
  if (stage.words.length === 3 && name !== undefined && name !== name.toLowerCase())
    findings.add('StageNameCasing', `Stage name '${name}' should be lowercase`, stage);
  if (as !== undefined && name !== undefined && !matchesCase(stage.keyword, as)) {
    const message = `'${as}' and '${stage.keyword}' keywords' casing do not match`;
    findings.add('FromAsCasing', message, stage);
  }
  if (stage.stageName !== '') checkDescription('FROM', [stage.stageName], stage, findings);
  for (const instruction of stage.instructions) {
    if (instruction.name === 'MAINTAINER') {
      const message = 'Maintainer instruction is deprecated in favor of using label';
      findings.add('MaintainerDeprecated', message, instruction);
    }
    if (instruction.name === 'ARG')
      checkDescription(
        'ARG',
        instruction.args.map(({ key }) => key),
        instruction,
        findings,
      );
  }
}

function matchesCase(from: string, as: string): boolean {
  if (from === from.toLowerCase()) return as === as.toLowerCase();
  return from !== from.toUpperCase() || as === as.toUpperCase();
}

function checkDescription(
  instruction: 'ARG' | 'FROM',
  names: readonly string[],
  source: InstructionSource,
  findings: Findings,
): void {
  const [first = ''] = names;
  const word = source.comments.at(-1)?.split(' ')[0];
  if (word === undefined || names.includes(word)) return;
  const shown = names.length > 1 ? '<arg_key>' : first;
  const message = `Comment for ${instruction} should follow the format: \`# ${shown} <description>\``;
  findings.add('InvalidDefinitionDescription', message, source);
}

function checkNames({ stages }: Dockerfile, findings: Findings): void {
  const seen = new Set<string>();
  for (const stage of stages) {
    const { stageName } = stage;
    if (stageName === '') continue;
    const quoted = JSON.stringify(stageName);
    if (reservedNames.includes(stageName)) {
      const message = `Stage name should not use the same name as reserved stage ${quoted}`;
      findings.add('ReservedStageName', message, stage);
    }
    if (seen.has(stageName)) {
      const message = `Duplicate stage name ${quoted}, stage names should be unique`;
      findings.add('DuplicateStageName', message, stage);
    }
    seen.add(stageName);
  }
}

function checkCasing({ stages }: Dockerfile, findings: Findings): void {
  const all = stages.flatMap((stage) => [stage, ...stage.instructions]);
  const lower = all.filter(({ keyword }) => keyword === keyword.toLowerCase()).length;
  const upper = all.filter(({ keyword }) => keyword === keyword.toUpperCase()).length;
  const [wanted, fold] =
    lower > upper
      ? (['lowercase', (text: string) => text.toLowerCase()] as const)
      : (['uppercase', (text: string) => text.toUpperCase()] as const);
  for (const instruction of all) {
    const { keyword } = instruction;
    if (keyword === fold(keyword)) continue;
    const message = `Command '${keyword}' should match the case of the command majority (${wanted})`;
    findings.add('ConsistentInstructionCasing', message, instruction);
  }
}

/** Base images must have names without any `--build-arg` too. */
function checkDefaults({ dockerfile, options }: BuildPlan, findings: Findings): void {
  const env = globalArgs(dockerfile, { ...options, buildArgs: new Map() });
  for (const stage of dockerfile.stages) {
    try {
      const { text } = expandText(stage.baseName, { env, escape: dockerfile.escape });
      parseReference(text);
    } catch {
      const message = `Default value for ARG ${stage.baseName} results in empty or invalid base image name`;
      findings.add('InvalidDefaultArgInFrom', message, stage);
    }
  }
}

function checkFrom(stage: Stage, plan: BuildPlan, findings: Findings): void {
  const { dockerfile, globalArgs: env } = plan;
  const known = new Set([
    ...env.keys(),
    ...dockerfile.globalArgs.flatMap(({ args }) => args.map(({ key }) => key)),
  ]);
  const report = (names: ReadonlySet<string>) => {
    for (const name of names) {
      if (known.has(name)) continue;
      const match = nearest(name, [...known], { caseSensitive: true });
      const hint = match === undefined ? '' : ` (did you mean ${match}?)`;
      findings.add('UndefinedArgInFrom', `FROM argument '${name}' is not declared${hint}`, stage);
    }
  };
  report(expandText(stage.baseName, { env, escape: dockerfile.escape }).unmatched);
  if (stage.platform === '') return;
  const { text, matched, unmatched } = expandText(stage.platform, {
    env,
    escape: dockerfile.escape,
  });
  report(unmatched);
  if (matched.size === 1 && matched.has('TARGETPLATFORM') && unmatched.size === 0) {
    if (text !== env.get('TARGETPLATFORM')) return;
    const message = `Setting platform to predefined ${stage.platform} in FROM is redundant as this is the default behavior`;
    findings.add('RedundantTargetPlatform', message, stage);
  } else if (matched.size === 0 && unmatched.size === 0) checkConstant(stage, text, findings);
}

/** A stage whose name tells of the platform means it. */
function checkConstant(stage: Stage, text: string, findings: Findings): void {
  const { os, architecture } = parsePlatform(text);
  if (stage.stageName.includes(os) || stage.stageName.includes(architecture)) return;
  const message = `FROM --platform flag should not use constant value ${JSON.stringify(text)}`;
  findings.add('FromPlatformFlagConstDisallowed', message, stage);
}
