/**
 * What went wrong behind the page, in the reader's language: start of the machine, files, lessons, sessions, storage.
 * Workers speak English, so that a message is one thing in logs and issues; what this does not know stays as it is, as
 * do the words of programs and of Docker.
 */
import { errnoText, operationText } from './errno-texts.ts';
import type { LanguageCode } from './language.svelte.ts';

/** `$1`, `$2` are groups of the pattern; what `$…` stands for, the last group, is a message itself. */
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
    /^no space left on device: the browser's storage for this site is full(?: \(.+ used\))?: .+$/,
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
  [/^Link to the agent is lost: (.+)$/s, '与机器的连接已断开：$…'],
  [/^Agent closed the stream without a result$/, '机器没有给出结果'],
  [/^Process ended without a status$/, '进程结束时没有退出状态'],
  [/^Cannot make a process: (E[A-Z0-9]+)$/, '无法创建进程：$…'],
  [/^Too many streams: (\d+)$/, '同时进行的操作过多：$1'],
  [/^Cannot load "(.+)": status (\d+)$/, '无法加载“$1”：服务器返回 $2'],
  [/^Cannot load "(.+)": more than (\d+) bytes$/, '无法加载“$1”：超过 $2 字节'],
  [/^Cannot load "(.+)": (.+)$/s, '无法加载“$1”：$…'],
  [/^Cannot load course: more than (\d+) bytes$/, '无法加载课程：超过 $1 字节'],
  [
    /^Cannot load course "(.+)": expected an https address$/,
    '无法加载课程“$1”：地址应以 https 开头',
  ],
  [
    /^the site cannot be reached, or does not allow it \(CORS\)$/,
    '无法访问该网站，或该网站不允许（CORS）',
  ],
  [/^no answer in (\d+) seconds$/, '$1 秒内没有回应'],
  [/^The course's index is not JSON$/, '课程索引不是 JSON'],
  [
    /^The course's index lists (\d+) files: expected 1 to (\d+)$/,
    '课程索引列出了 $1 个文件：应为 1 到 $2 个',
  ],
  [
    /^The course's index lists (.+): expected a path such as "01-lesson\/01-step\/step\.md"$/,
    '课程索引列出了 $1：应为“01-lesson/01-step/step.md”这样的路径',
  ],
  [/^Writing "(.+)" ended with (\d+)$/, '写入“$1”以退出码 $2 结束'],
  [/^Writing "(.+)" ended with (\d+): (.+)$/s, '写入“$1”以退出码 $2 结束：$3'],
  [/^The start script ended with (\d+)(.*)$/s, '起始脚本以退出码 $1 结束$2'],
  [/^The reset script ended with (\d+)(.*)$/s, '重置脚本以退出码 $1 结束$2'],
  [/^The solution ended with (\d+)(.*)$/s, '解答以退出码 $1 结束$2'],
  [/^Error response from daemon: (.+)$/s, 'Docker 守护进程返回错误：$…'],
  [/^No such container: (.+)$/, '没有此容器：$1'],
  [/^No such image: (.+)$/, '没有此镜像：$1'],
  [/^network (\S+) not found$/, '没有此网络：$1'],
  [/^Cannot connect to the Docker daemon at .+$/, '无法连接 Docker 守护进程'],
  [/^No such process: (.+)$/, '没有此进程：$1'],
  [/^Failed to fetch dynamically imported module: .+$/, '服务器没有响应'],
  [/^unknown error$/, '未知错误'],
];

/** What the agent could not do, and why: `Cannot open "/etc": EISDIR`. */
const operation = /^Cannot ([\w ]+?) "(.*)": (E[A-Z0-9]{2,})$/s;
const errnoName = /^E[A-Z0-9]{2,}$/;

export function errorText(message: string, language: LanguageCode): string {
  if (errnoName.test(message)) return errnoText(message, language);
  const [, verb, path = '', reason = ''] = operation.exec(message) ?? [];
  if (verb !== undefined) {
    return operationText({ verb, path, reason: errnoText(reason, language) }, language);
  }
  if (language === 'en') return message;
  for (const [pattern, text] of chinese) {
    const [whole, ...groups] = pattern.exec(message) ?? [];
    if (whole === undefined) continue;
    return text
      .replaceAll(/\$(\d)/g, (_, number: string) => groups[Number(number) - 1] ?? '')
      .replace('$…', () => errorText(groups.at(-1) ?? '', language));
  }
  return message;
}
