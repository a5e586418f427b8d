/** The embeds of the gallery: their attributes, from which both the element and its code are made. */
import type { galleryStrings } from '../../playground/embed/gallery.strings.ts';

type Words = (typeof galleryStrings)['en'];

export interface Example {
  readonly id: string;
  readonly title: (strings: Words) => string;
  readonly text: (strings: Words) => string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of the page around. */
  readonly script?: string;
}

export const examples: readonly Example[] = [
  {
    id: 'shell',
    title: (strings) => strings.shellTitle,
    text: (strings) => strings.shellText,
    attributes: { image: 'busybox', boot: 'click' },
  },
  {
    id: 'file',
    title: (strings) => strings.fileTitle,
    text: (strings) => strings.fileText,
    attributes: {
      files: '{"/root/hello.sh": "echo Hello from $(hostname)"}',
      command: 'docker run --rm -v /root:/src busybox sh /src/hello.sh',
    },
  },
  {
    id: 'lesson',
    title: (strings) => strings.lessonTitle,
    text: (strings) => strings.lessonText,
    attributes: { course: 'first-course', lesson: 'volumes', boot: 'click' },
  },
  {
    id: 'view',
    title: (strings) => strings.viewTitle,
    text: (strings) => strings.viewText,
    attributes: {
      command: 'docker run -d --name web -p 8080:80 nginx',
      panes: 'terminal,containers',
      readonly: '',
      boot: 'click',
    },
  },
  {
    id: 'api',
    title: (strings) => strings.apiTitle,
    text: (strings) => strings.apiText,
    attributes: { boot: 'click' },
    script: `const { stdout } = await document.querySelector('bottle-ship').run('docker version');`,
  },
];

/** As somebody would write it. */
export function codeOf({ attributes, script }: Example): string {
  const written = Object.entries(attributes).map(([name, value]) => {
    if (value === '') return name;
    return value.includes('"') ? `${name}='${value}'` : `${name}="${value}"`;
  });
  const line = `<bottle-ship ${written.join(' ')}></bottle-ship>`;
  const element =
    line.length <= 72
      ? line
      : `<bottle-ship\n${written.map((word) => `  ${word}\n`).join('')}></bottle-ship>`;
  return script === undefined ? element : `${element}\n\n${script}`;
}
