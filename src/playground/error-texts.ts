/**
 * What went wrong behind the page, in the reader's language: start of the machine, sessions, storage. Workers speak
 * English, so that a message is one thing in logs and issues; what this does not know stays as it is.
 */
import type { LanguageCode } from './language.svelte.ts';

/** `$1`, `$2` are groups of the pattern; what `$…` stands for is a message itself. */
const chinese: readonly (readonly [RegExp, string])[] = [
  [/^Cannot download "(.+)": the server does not answer$/, '无法下载“$1”：服务器没有响应'],
  [/^Cannot download "(.+)": the server answered (\d+)$/, '无法下载“$1”：服务器返回 $2'],
  [
    /^Cannot use "(.+)": what the server sent is not what this page was built with$/,
    '无法使用“$1”：服务器发来的内容与此页面构建时的不一致',
  ],
  [/^Cannot boot: this page was built without (.+)$/, '无法启动：此页面构建时缺少 $1'],
  [/^Cannot start machine: (.+)$/s, '无法启动机器：$…'],
  [/^Machine is not available: (.+)$/s, '机器不可用：$…'],
  [/^Machine halted$/, '机器已停机'],
  [/^The machine was turned off$/, '机器已关闭'],
  [/^The machine worker failed: (.+)$/s, '运行机器的线程出错：$…'],
  [/^The engine worker failed: (.+)$/s, '运行引擎的线程出错：$…'],
  [/^it could not be loaded$/, '无法加载'],
  [/^Engine is not running$/, '引擎未运行'],
  [
    /^no space left on device: the browser's storage for this site is full(?: \((.+) of (.+) used\))?: .+$/,
    '设备上没有剩余空间：浏览器为本站提供的存储空间已满。请删除会话，或用“docker image prune -a”、“docker rmi”释放镜像',
  ],
  [/^Cannot open shell: (\d+) are open$/, '无法打开 shell：已打开 $1 个'],
  [/^Cannot restore the session: (.+)$/s, '无法恢复会话：$…'],
  [/^it was saved by another version of this page$/, '它由此页面的另一版本保存'],
  [/^layer (\S+) of one of its images is gone$/, '它的一个镜像缺少层 $1'],
  [/^part "(.+)" is missing$/, '缺少部分“$1”'],
  [/^part "(.+)" is not what was saved$/, '部分“$1”与保存时的不一致'],
  [/^No such session: (.+)$/, '没有此会话：$1'],
  [/^Cannot read the file: it is no saved session$/, '无法读取文件：它不是保存的会话'],
  [/^Cannot read the saved session: (.+)$/s, '无法读取保存的会话：$…'],
  [/^it is cut off$/, '内容不完整'],
  [/^its disk is damaged$/, '其磁盘已损坏'],
  [/^its header (?:is not whole|is too long)$/, '其文件头已损坏'],
  [/^there is more in it than it says$/, '其内容多于文件头所述'],
  [/^Cannot save the machine: (.+)$/s, '无法保存机器：$…'],
  [/^it does not run$/, '它没有运行'],
  [/^it is being saved already$/, '它正在被保存'],
  [/^it waits for its files$/, '它正在等待文件'],
  [/^the engine is busy with (.+)$/, '引擎正忙于 $1'],
  [
    /^the browser has no memory for a copy of it: .+$/,
    '浏览器没有足够的内存来复制它：请停止不需要的容器，或关闭其他标签页',
  ],
  [/^Cannot read "(.+)": it is not a file$/, '无法读取“$1”：它不是文件'],
  [/^Cannot read "(.+)": more than (\d+) bytes$/, '无法读取“$1”：超过 $2 字节'],
  [/^Cannot write "(.+)": it is too large$/, '无法写入“$1”：内容过大'],
  [/^Cannot \w+ "(.+)": there is something of that name$/, '“$1”：已有同名的项目'],
];

export function errorText(message: string, language: LanguageCode): string {
  if (language === 'en') return message;
  for (const [pattern, text] of chinese) {
    const [whole, first = '', second = ''] = pattern.exec(message) ?? [];
    if (whole === undefined) continue;
    return text
      .replace('$1', () => first)
      .replace('$2', () => second)
      .replace('$…', () => errorText(first, language));
  }
  return message;
}
