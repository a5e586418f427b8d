/** What the page's keys do: the dialog that lists them. */
import { defineStrings } from '../strings/area.ts';

export const keysStrings = defineStrings({
  en: {
    title: 'Keyboard shortcuts',
    close: 'Close',
    palette: 'Commands; Ctrl+K outside the terminal only',
    newTerminal: 'Opens a terminal',
    otherTerminal: 'The terminal before, the next one',
    leaveTerminal: 'Leaves the terminal, to the rest of the page',
    copy: 'Copies from the terminal, pastes into it',
    closeTab: 'Closes the terminal or file, on its tab',
    separator: 'Moves the border between two panes; Enter folds one',
    tree: 'Goes through the tree of files, opens and closes folders',
    treeChange: 'Renames, deletes what is chosen in the tree',
    save: 'Saves the file in the editor',
    leaveEditor: 'Leaves the editor, where Tab indents',
  },
  'zh-Hans': {
    title: '键盘快捷键',
    close: '关闭',
    palette: '命令；Ctrl+K 仅在终端之外有效',
    newTerminal: '打开终端',
    otherTerminal: '上一个、下一个终端',
    leaveTerminal: '将焦点从终端移到页面其余部分',
    copy: '从终端复制、粘贴到终端',
    closeTab: '在标签上：关闭该终端或文件',
    separator: '移动两个窗格之间的分隔线；按 Enter 收起',
    tree: '浏览文件树，展开或收起文件夹',
    treeChange: '重命名、删除文件树中选中的项目',
    save: '保存编辑器中的文件',
    leaveEditor: '离开编辑器（Tab 在其中用于缩进）',
  },
});
