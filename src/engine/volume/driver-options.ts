/** Checks the options that a volume is to be made with: those of dockerd's driver `local`, in its words. */
import { KindError } from '../../lib/errors.ts';
import { sizePattern } from '../spec/check-log-config.ts';

const known = ['type', 'o', 'device', 'size'];

/** What must be there when the first is. */
const needed: readonly (readonly [string, readonly string[]])[] = [
  ['device', ['type']],
  ['type', ['device']],
  ['o', ['device', 'type']],
];

/** Rejects what dockerd does; whether it can be mounted shows when it is. */
export function checkDriverOptions(name: string, options: Readonly<Record<string, string>>): void {
  const invalid = (message: string) =>
    new KindError('invalidParameter', `create ${name}: ${message}`);
  const given = Object.keys(options);
  for (const option of given)
    if (!known.includes(option)) throw invalid(`invalid option: ${JSON.stringify(option)}`);
  const { size } = options;
  if (size !== undefined && !sizePattern.test(size)) throw invalid(`invalid size: '${size}'`);
  if (size !== undefined && Number.parseFloat(size) > 0)
    throw invalid('quota size requested but no quota support');
  for (const [option, others] of needed)
    for (const other of given.includes(option) ? others : [])
      if (!given.includes(other))
        throw invalid(`missing required option: ${JSON.stringify(other)}`);
}
