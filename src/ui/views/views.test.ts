/** Each live view renders before there is anything to see, in both languages. */
import { render } from 'svelte/server';
import { expect, test } from 'vitest';
import { FakeApi, FakeServices } from '../../playground/views/fake-services.ts';
import { views } from './registry.ts';

const live = views.filter(({ id }) => id !== 'lesson' && id !== 'files');

test.each(live)('the view $id says what will be seen', async ({ load }) => {
  const { default: View } = await load();
  const show = (language: string): string => {
    const services = new FakeServices(new FakeApi().handler, language);
    return render(View, { props: { services } }).body;
  };
  expect(show('en')).toMatch(/[a-z]{3}/);
  expect(show('zh-CN')).toMatch(/\p{Script=Han}/u);
});
