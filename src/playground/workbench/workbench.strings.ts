/** The frame of the page: its bar, its panes and its terminals. */
import { errorText } from '../error-texts.ts';
import { defineStrings } from '../strings/area.ts';

export const workbenchStrings = defineStrings({
  en: {
    bar: 'Views',
    start: 'Start',
    terminalArea: 'Terminal',
    previewArea: 'Preview',
    guidePane: 'Introduction and lesson',
    closePane: (name: string) => `Close ${name}`,
    resizePane: (name: string) => `Size of ${name}`,
    loadFailed: (cause: string) => `This view could not be loaded: ${errorText(cause, 'en')}`,
    viewFailed: (cause: string) => `This view failed: ${errorText(cause, 'en')}`,
    again: 'Try again',
    terminals: 'Terminals',
    newTerminal: 'New terminal',
    newTerminalKeys: 'New terminal (Ctrl+Shift+`)',
    closeTerminal: (name: string) => `Close ${name}`,
    terminalKeys:
      'Alt+Page Down and Alt+Page Up change the terminal, Delete on its tab closes it, Ctrl+Shift+` opens another.',
    theme: (name: string) => `Theme: ${name}`,
    themeSystem: 'as the system',
    themeLight: 'light',
    themeDark: 'dark',
  },
  'zh-Hans': {
    bar: '视图',
    start: '开始',
    terminalArea: '终端',
    previewArea: '预览',
    guidePane: '简介与课程',
    closePane: (name) => `关闭${name}`,
    resizePane: (name) => `${name}的大小`,
    loadFailed: (cause) => `无法加载此视图：${errorText(cause, 'zh-Hans')}`,
    viewFailed: (cause) => `此视图出错：${errorText(cause, 'zh-Hans')}`,
    again: '重试',
    terminals: '终端列表',
    newTerminal: '新建终端',
    newTerminalKeys: '新建终端（Ctrl+Shift+`）',
    closeTerminal: (name) => `关闭${name}`,
    terminalKeys:
      '按 Alt+Page Down 和 Alt+Page Up 切换终端，在标签上按 Delete 关闭，按 Ctrl+Shift+` 新建。',
    theme: (name) => `主题：${name}`,
    themeSystem: '跟随系统',
    themeLight: '浅色',
    themeDark: '深色',
  },
});
