/** Errors in the words that runc's reach a client in, through containerd and dockerd. */
import { KindError } from '../../lib/errors.ts';

export const createPrefix =
  'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: ';
export const initPrefix = 'unable to start container process: error during container init: ';
export const execPrefix =
  'OCI runtime exec failed: exec failed: unable to start container process: ';

/** runc refused a container's specification before it made a process. */
export function runtimeCreateError(detail: string): KindError {
  return new KindError('system', `${createPrefix}${detail}: unknown`);
}
