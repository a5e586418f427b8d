/** Checks of instructions that change the configuration. */
import type { ConfigInstruction, InstructionSource } from '../instruction.ts';
import { expandText } from '../expand/expand-word.ts';
import type { StepContext } from '../step/step-context.ts';
import { checkSecretName } from './check-secrets.ts';

export function checkConfig(
  instruction: ConfigInstruction & InstructionSource,
  context: StepContext,
): void {
  if (context.findings === undefined) return;
  switch (instruction.name) {
    case 'ENV':
    case 'LABEL':
      return checkPairs(instruction, context);
    case 'CMD':
    case 'ENTRYPOINT':
      checkOnce(instruction.name, context);
      return checkForm(instruction, context);
    case 'HEALTHCHECK':
      return checkOnce('HEALTHCHECK', context);
    case 'WORKDIR':
      return checkWorkdir(instruction.text, context);
    case 'EXPOSE':
      return checkPorts(instruction.ports, context);
    default:
  }
}

function checkPairs(
  {
    name,
    keyword,
    pairs,
  }: Extract<ConfigInstruction, { readonly name: 'ENV' | 'LABEL' }> & InstructionSource,
  context: StepContext,
): void {
  for (const { key, isLegacy } of pairs) {
    if (isLegacy === true) {
      const message = `"${keyword} key=value" should be used instead of legacy "${keyword} key value" format`;
      context.findings?.add('LegacyKeyValueFormat', message, context.planned.instruction);
    }
    if (name === 'ENV') checkSecretName('ENV', key, context);
  }
}

/** Told of the one before: it is the one that counts for nothing. */
function checkOnce(
  name: 'CMD' | 'ENTRYPOINT' | 'HEALTHCHECK',
  { findings, state, planned }: StepContext,
): void {
  const range = state.lastOf[name];
  if (range === undefined) return;
  const { keyword, comments } = planned.instruction;
  const message = `Multiple ${keyword} instructions should not be used in the same stage because only the last one will be used`;
  findings?.add('MultipleInstructionsDisallowed', message, { range, comments });
}

function checkForm(
  {
    command,
    keyword,
  }: Extract<ConfigInstruction, { readonly name: 'CMD' | 'ENTRYPOINT' }> & InstructionSource,
  { findings, state, planned }: StepContext,
): void {
  // Whoever sets a shell wants it.
  if (command.form === 'exec' || (state.config.Shell ?? []).length > 0) return;
  const message = `JSON arguments recommended for ${keyword} to prevent unintended behavior related to OS signals`;
  findings?.add('JSONArgsRecommended', message, planned.instruction);
}

function checkWorkdir(text: string, { findings, state, planned, plan }: StepContext): void {
  if (state.hasWorkdir) return;
  const { text: path } = expandText(text, { env: state.env, escape: plan.dockerfile.escape });
  if (path.startsWith('/')) return;
  const message = `Relative workdir ${JSON.stringify(path)} can have unexpected results if the base image changes`;
  findings?.add('WorkdirRelativePath', message, planned.instruction);
}

function checkPorts(
  ports: readonly string[],
  { findings, state, planned, plan }: StepContext,
): void {
  const options = { env: state.env, escape: plan.dockerfile.escape };
  for (const port of ports.flatMap((text) => expandText(text, options).words)) {
    const protocol = port.includes('/') ? port.slice(port.indexOf('/')) : '';
    if (protocol !== protocol.toLowerCase()) {
      const message = `Defined protocol '${port}' in EXPOSE instruction should be lowercase`;
      findings?.add('ExposeProtoCasing', message, planned.instruction);
    }
    if (port.includes(':')) {
      const message = `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`;
      findings?.add('ExposeInvalidFormat', message, planned.instruction);
    }
  }
}
