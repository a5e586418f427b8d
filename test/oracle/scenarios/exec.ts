/** Commands in a running container. */
import { requests, type Topic } from '../scenario.ts';
import { created, running } from './states.ts';

const upgrade = { connection: 'Upgrade', upgrade: 'tcp' };
const json = { 'content-type': 'application/json' };
const command = (script: string, config: object = {}) => ({
  request: 'POST /containers/aa/exec',
  body: { AttachStdout: true, AttachStderr: true, Cmd: ['sh', '-c', script], ...config },
  save: { e: 'Id' },
});
const start = { request: 'POST /exec/$e/start', body: {}, headers: upgrade };
const inspect = { request: 'GET /exec/$e/json' };

export const exec: Topic = {
  name: 'exec',
  scenarios: [
    {
      name: 'create, start, inspect',
      steps: [
        ...running('aa'),
        command('echo out; echo err >&2; exit 5'),
        inspect,
        { request: 'GET /containers/aa/json', pick: ['ExecIDs'] },
        start,
        inspect,
        start,
        { request: 'GET /containers/aa/json', pick: ['ExecIDs'] },
        command('echo plain'),
        { request: 'POST /exec/$e/start', body: { Detach: false } },
        command('true'),
        { request: 'POST /exec/$e/start', body: { Detach: true } },
        { ...inspect, until: '"Running":false' },
      ],
    },
    {
      name: 'configuration',
      steps: [
        ...running('aa', { Env: ['A=1', 'B=2'], WorkingDir: '/tmp' }),
        command('pwd; echo $A $B $C; id -u', {
          Env: ['B=3', 'C=4'],
          User: '1000',
          WorkingDir: '/etc',
        }),
        inspect,
        start,
        command('cat', { AttachStdin: true }),
        { ...start, input: 'typed\n' },
        command('tty; stty size; echo err >&2', { Tty: true }),
        {
          request: 'POST /exec/$e/start',
          body: { Tty: true, ConsoleSize: [12, 34] },
          headers: upgrade,
        },
        inspect,
        command('grep CapEff /proc/self/status', { Privileged: true }),
        { ...inspect, pick: ['ProcessConfig'] },
        {
          request: 'POST /containers/aa/exec',
          body: { Cmd: ['true'], DetachKeys: 'ctrl-a' },
          save: { e: 'Id' },
        },
        { ...inspect, pick: ['DetachKeys', 'OpenStdin', 'OpenStdout', 'OpenStderr'] },
        { request: 'POST /containers/aa/exec', body: { Cmd: 'a string' }, save: { e: 'Id' } },
        { ...inspect, pick: ['ProcessConfig'] },
      ],
    },
    {
      name: 'what is refused',
      steps: [
        ...running('aa'),
        created('bb'),
        { request: 'POST /containers/nosuch/exec', body: { Cmd: ['true'] } },
        { request: 'POST /containers/bb/exec', body: { Cmd: ['true'] } },
        { request: 'POST /containers/aa/exec', body: {} },
        { request: 'POST /containers/aa/exec', body: { Cmd: [] } },
        { request: 'POST /containers/aa/exec', text: '{', headers: json },
        {
          request: 'POST /containers/aa/exec',
          text: '{}',
          headers: { 'content-type': 'text/plain' },
        },
        { request: 'POST /containers/aa/exec', body: { Cmd: 1 } },
        { request: 'POST /containers/aa/exec', body: { Cmd: ['true'], Env: 'x' } },
        { request: 'POST /containers/aa/exec', body: { Cmd: ['true'], DetachKeys: 'nosuch' } },
        { request: 'POST /exec/nosuch/start', body: {} },
        ...requests(
          'GET /exec/nosuch/json',
          'POST /exec/nosuch/resize?h=1&w=1',
          'POST /exec/nosuch/resize?h=x&w=1',
        ),
        { request: 'POST /exec/nosuch/start', text: '{', headers: json },
        { request: 'POST /containers/aa/exec', body: { Cmd: ['true'] }, save: { e: 'Id' } },
        { request: 'POST /exec/$e/resize?h=1&w=1' },
        { request: 'POST /exec/$e/start', body: { ConsoleSize: [1, 2] } },
        { request: 'POST /containers/aa/kill' },
        { request: 'POST /exec/$e/start', body: {} },
        { request: 'GET /exec/$e/json', pick: ['Running', 'ExitCode'] },
      ],
    },
    {
      name: 'a command that cannot be run',
      steps: [
        ...running('aa'),
        {
          request: 'POST /containers/aa/exec',
          body: { Cmd: ['nosuch'], AttachStdout: true, AttachStderr: true },
          save: { e: 'Id' },
        },
        start,
        { ...inspect, pick: ['Running', 'ExitCode'] },
        { request: 'POST /containers/aa/exec', body: { Cmd: ['/etc/passwd'] }, save: { e: 'Id' } },
        { request: 'POST /exec/$e/start', body: { Detach: true } },
        { ...inspect, pick: ['Running', 'ExitCode'] },
        {
          request: 'POST /containers/aa/exec',
          body: { Cmd: ['true'], User: 'nosuch' },
          save: { e: 'Id' },
        },
        { request: 'POST /exec/$e/start', body: { Detach: true } },
        {
          request: 'POST /containers/aa/exec',
          body: { Cmd: ['true'], WorkingDir: '/nosuch' },
          save: { e: 'Id' },
        },
        { request: 'POST /exec/$e/start', body: { Detach: true } },
      ],
    },
  ],
};
