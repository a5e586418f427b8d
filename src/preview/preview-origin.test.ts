import { expect, test } from 'vitest';
import { parsePreviewOrigin, parsePreviewTemplate, previewOrigin } from './preview-origin.ts';

const session = '0123456789abcdef';

test('previewOrigin() and parsePreviewOrigin() are each other’s reverse', () => {
  for (const template of [
    'http://p{port}-{session}.localhost:8081',
    'https://p{port}-{session}.preview.example.org',
  ]) {
    expect(parsePreviewTemplate(template)).toBe(template);
    const origin = previewOrigin(template, { port: 8080, session });
    expect(parsePreviewOrigin(template, origin)).toEqual({ port: 8080, session });
    expect(parsePreviewOrigin(template, origin.replace('.', 'x'))).toBeUndefined();
    expect(parsePreviewOrigin(template, `${origin}.evil.example`)).toBeUndefined();
  }
});

test('parsePreviewTemplate() refuses what is no template', () => {
  for (const text of [
    '',
    'http://localhost:8081',
    'javascript:p{port}-{session}.x',
    'https://p{port}.{session}.example.org',
    'https://p{port}-{session}.example.org/path',
    'https://p{port}-{session}.example.org"; x',
  ])
    expect(parsePreviewTemplate(text)).toBeUndefined();
});
