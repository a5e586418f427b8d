/** A plan as lines of text, for golden files: the operation with its fields, then the cause. */
import type { SetupPlan, SetupStep } from '../../guest/plan.ts';

export function planText(plan: SetupPlan): string {
  const lines = [
    '[before]',
    ...plan.before.map(stepText),
    ...(plan.clone === undefined
      ? []
      : [
          '[clone]',
          `namespaces=${plan.clone.namespaces.join(',')} cgroup=${plan.clone.cgroup ?? ''}`,
          ...(plan.clone.join ?? []).map(stepText),
        ]),
    '[parent]',
    ...(plan.parent ?? []).map(stepText),
    '[child]',
    ...(plan.child ?? []).map(stepText),
  ];
  return `${lines.join('\n')}\n`;
}

function stepText({ operation, cause }: SetupStep): string {
  const { op, ...fields } = operation;
  const words = Object.entries(fields).map(([name, value]) => `${name}=${valueText(name, value)}`);
  return `${op} ${words.join(' ')}  # ${cause}`;
}

function valueText(name: string, value: unknown): string {
  if (value instanceof Uint8Array)
    return name === 'program'
      ? `<${value.length / 8} instructions>`
      : JSON.stringify(new TextDecoder().decode(value));
  if (name === 'mode' || name === 'mask') return `0${Number(value).toString(8)}`;
  if (Array.isArray(value)) return `[${value.map(String).join(' ')}]`;
  if (typeof value === 'bigint') return String(value);
  return JSON.stringify(value) ?? '';
}
