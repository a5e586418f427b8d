/** What an embed says beside its views. */
import { defineStrings } from '../strings/area.ts';

export const embedStrings = defineStrings({
  en: {
    title: 'Bottleship: a container host in this page',
    start: 'Start the machine',
    startHint: (megabytes: number) =>
      `A Linux machine with Docker, in this page. Loads about ${megabytes} MB.`,
    openWhole: 'Open in Bottleship',
    readonly: 'This terminal only shows: it takes no keys.',
    panes: 'Panes',
    preview: 'Preview',
    noPort: 'The page of a container shows here as soon as a published port answers.',
  },
  'zh-Hans': {
    title: 'Bottleship：本页中的容器主机',
    start: '启动机器',
    startHint: (megabytes: number) =>
      `一台带有 Docker 的 Linux 机器，就在本页中运行。约需下载 ${megabytes} MB。`,
    openWhole: '在 Bottleship 中打开',
    readonly: '此终端仅供查看，不接受键盘输入。',
    panes: '窗格',
    preview: '预览',
    noPort: '容器发布的端口一旦有应答，其网页就会显示在这里。',
  },
});
