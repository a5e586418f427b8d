import { expect, test } from 'vitest';
import { logAttributes } from './log-attributes.ts';
import { logged } from './logged-container.fixture.ts';

const config = {
  Image: 'busybox',
  Env: ['FOO=x', 'BAR=y', 'FBAZ=z', 'EMPTY=', 'NONE'],
  Labels: { b: '2', a: '1', abc: '3' },
};

function attributes(options: Record<string, string>): Readonly<Record<string, string>> {
  return logAttributes(logged({ config, hostConfig: { LogConfig: { Config: options } } }));
}

test('takes labels and variables by name and by pattern, sorted', () => {
  const found = attributes({
    labels: 'b,nosuch',
    'labels-regex': '^ab',
    env: 'FOO,NONE,EMPTY',
    'env-regex': '^FB',
  });
  expect(Object.entries(found)).toEqual([
    ['EMPTY', ''],
    ['FBAZ', 'z'],
    ['FOO', 'x'],
    ['abc', '3'],
    ['b', '2'],
  ]);
  expect(attributes({})).toEqual({});
});

test('the tag is a template over what dockerd knows of a container', () => {
  const tag =
    '{{.Name}}/{{.ID}}/{{.ImageName}}/{{.ImageID}}/{{.DaemonName}}/{{.Command}}/{{.ContainerLabels.a}}';
  expect(attributes({ tag })).toEqual({
    tag: 'web/c0ffee000000/busybox/sha256:ababa/docker/echo hi/1',
  });
  expect(attributes({ tag: '' })).toEqual({});
});

test.each([
  [{ 'labels-regex': '(' }, 'error parsing regexp: missing closing ): `(`'],
  [{ tag: '{{' }, 'template: log-tag:1: unclosed action'],
  [
    { tag: '{{.Nosuch}}' },
    'template: log-tag:1:2: executing "log-tag" at <.Nosuch>: can\'t evaluate field Nosuch in type *logger.Info',
  ],
  [
    {
      tag: '{{define "a"}}{{template "b"}}{{template "b"}}{{end}}{{define "b"}}{{template "a"}}{{end}}{{template "a"}}',
    },
    'template: log-tag:1',
  ],
])('%j is refused', (options: Record<string, string>, message) => {
  expect(() => attributes(options)).toThrow(message);
});
