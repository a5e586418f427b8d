/** The fields of the bodies of exec create and exec start. */
import type { ExecCreateRequest, ExecStartRequest } from '../../api/exec.ts';
import { checkFields, type Fields } from './decode.ts';

const execCreate: Fields = {
  AttachStdin: 'boolean',
  AttachStdout: 'boolean',
  AttachStderr: 'boolean',
  ConsoleSize: 'numbers',
  DetachKeys: 'string',
  Tty: 'boolean',
  Env: 'strings',
  Cmd: 'strings',
  Privileged: 'boolean',
  User: 'string',
  WorkingDir: 'string',
};

const execStart: Fields = { Detach: 'boolean', Tty: 'boolean', ConsoleSize: 'numbers' };

export function decodeExecCreate(body: Readonly<Record<string, unknown>>): ExecCreateRequest {
  return checkFields(body, execCreate, 'ExecOptions');
}

export function decodeExecStart(body: Readonly<Record<string, unknown>>): ExecStartRequest {
  return checkFields(body, execStart, 'ExecStartOptions');
}
