/** What the views of the machine have in common. */
import { errorText } from '../../error-texts.ts';
import { defineStrings } from '../../strings/area.ts';

export const seeStrings = defineStrings({
  en: {
    refresh: 'Refresh',
    reading: 'Reading…',
    live: 'Follows what the engine does.',
    failed: (cause: string) => `Cannot read the machine: ${errorText(cause, 'en')}`,
    truncated: 'There is more on the machine than is shown here.',
    machine: 'Machine',
    noContainers: 'No container runs. Start one, and see what it gets:',
    tryIt: 'Try it in the terminal',
  },
  'zh-Hans': {
    refresh: '刷新',
    reading: '正在读取…',
    live: '随引擎的操作更新。',
    failed: (cause: string) => `无法读取机器状态：${errorText(cause, 'zh-Hans')}`,
    truncated: '机器上的内容比此处显示的更多。',
    machine: '机器',
    noContainers: '没有正在运行的容器。启动一个，看看它得到了什么：',
    tryIt: '在终端中试试',
  },
});
