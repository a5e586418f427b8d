/** A plan that was carried out, as events: every step with its time, cause and command; on failure up to where it failed. */
import type { XrayValue } from '../../api/xray.ts';
import { SetupError, type StepTrace } from '../../guest/guest.ts';
import type {
  CloneOptions,
  SetupFailure,
  SetupOperation,
  SetupPlan,
  SetupStep,
} from '../../guest/plan.ts';
import { printClone, printOperation, shownEnvironment } from '../../guest/plan-text.ts';
import type { RequestTrace, TracedStep } from './request-trace.ts';

/** A longer text of an operation is cut: these are for eyes, and an environment can be huge. */
const argumentLengthMax = 1000;

interface PlannedStep extends TracedStep {
  readonly section: SetupFailure['section'];
  readonly step: number;
}

export interface PlanOutcome {
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly trace: readonly StepTrace[];
  /** What `run` or `apply` rejected with. */
  readonly error?: unknown;
}

export function publishPlan(trace: RequestTrace, plan: SetupPlan, outcome: PlanOutcome): void {
  const failure = failureOf(outcome.error);
  let elapsedMicroseconds = 0;
  for (const { section, step, ...told } of plannedSteps(plan)) {
    const measured = outcome.trace.find(
      (entry) => entry.section === section && entry.step === step,
    );
    const durationMicroseconds = measured?.durationMicroseconds ?? 0;
    const isFailed = failure?.section === section && failure.step === step;
    const startedMs = outcome.startedMs + elapsedMicroseconds / 1000;
    trace.done(told, {
      startedMs,
      durationMicroseconds,
      ...(isFailed ? { error: outcome.error } : {}),
    });
    if (isFailed) return;
    elapsedMicroseconds += durationMicroseconds;
  }
}

/** In the order in which they are carried out. */
function plannedSteps(plan: SetupPlan): PlannedStep[] {
  const { clone } = plan;
  const of = (section: SetupFailure['section'], steps: readonly SetupStep[] = []): PlannedStep[] =>
    steps.map(({ operation, cause }, step) => ({
      kind: 'plan',
      section,
      step,
      operation: operation.op,
      arguments: { section, ...argumentsOf(operation) },
      cause,
      shell: printOperation(operation),
    }));
  return [
    ...of('before', plan.before),
    ...(clone === undefined ? [] : [...of('join', clone.join), cloneStep(clone)]),
    ...of('parent', plan.parent),
    ...of('child', plan.child),
  ];
}

function cloneStep({ namespaces, cgroup }: CloneOptions): PlannedStep {
  return {
    kind: 'plan',
    section: 'clone',
    step: 0,
    operation: 'clone',
    arguments: { section: 'clone', namespaces, ...(cgroup === undefined ? {} : { cgroup }) },
    cause: 'A process of its own, in namespaces of its own',
    shell: printClone({ namespaces, ...(cgroup === undefined ? {} : { cgroup }) }),
  };
}

function argumentsOf(operation: SetupOperation): Record<string, XrayValue> {
  const { op, ...fields } = operation;
  const shown = op === 'exec' ? { ...fields, env: shownEnvironment(operation) } : fields;
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]) => [name, valueOf(value as unknown)]),
  );
}

function valueOf(value: unknown): XrayValue {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = String(value);
  return text.length > argumentLengthMax ? `${text.slice(0, argumentLengthMax)}…` : text;
}

function failureOf(error: unknown): SetupFailure | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof SetupError ? cause.failure : undefined;
}
