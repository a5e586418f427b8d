/** Words that several live views use. */
import { errorText } from '../error-texts.ts';
import { defineStrings } from '../strings/area.ts';

export const commonStrings = defineStrings({
  en: {
    copy: 'Copy',
    copied: 'Copied',
    copyCode: (code: string) => `Copy the code: ${code}`,
    copyCommand: (command: string) => `Copy the command: ${command}`,
    type: 'Run',
    typeCommand: (command: string) => `Run in the terminal: ${command}`,
    failed: (cause: string) => `Cannot be read now: ${errorText(cause, 'en')}`,
  },
  'zh-Hans': {
    copy: '复制',
    copied: '已复制',
    copyCode: (code: string) => `复制代码：${code}`,
    copyCommand: (command: string) => `复制命令：${command}`,
    type: '运行',
    typeCommand: (command: string) => `在终端中运行：${command}`,
    failed: (cause: string) => `暂时无法读取：${errorText(cause, 'zh-Hans')}`,
  },
});
