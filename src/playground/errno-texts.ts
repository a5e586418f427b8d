/** What the machine's kernel refused, in words: the agent tells operation, path and the error's name. */
import type { LanguageCode } from './language.svelte.ts';

/** English as strerror has it, in lower case. */
const errnoTexts: Readonly<Record<string, Readonly<Record<LanguageCode, string>>>> = {
  EACCES: { en: 'permission denied', 'zh-Hans': '权限不足' },
  EAGAIN: { en: 'resource temporarily unavailable', 'zh-Hans': '资源暂时不可用' },
  EBADMSG: { en: 'bad message', 'zh-Hans': '消息已损坏' },
  EBUSY: { en: 'device or resource busy', 'zh-Hans': '设备或资源正被占用' },
  ECANCELED: { en: 'operation canceled', 'zh-Hans': '操作已取消' },
  ECONNREFUSED: { en: 'connection refused', 'zh-Hans': '连接被拒绝' },
  ECONNRESET: { en: 'connection reset', 'zh-Hans': '连接被重置' },
  EDQUOT: { en: 'disk quota exceeded', 'zh-Hans': '超出磁盘配额' },
  EEXIST: { en: 'file exists', 'zh-Hans': '文件已存在' },
  EFBIG: { en: 'file too large', 'zh-Hans': '文件过大' },
  EINVAL: { en: 'invalid argument', 'zh-Hans': '参数无效' },
  EIO: { en: 'input/output error', 'zh-Hans': '输入/输出错误' },
  EISDIR: { en: 'is a directory', 'zh-Hans': '它是文件夹' },
  ELOOP: { en: 'too many levels of symbolic links', 'zh-Hans': '符号链接层数过多' },
  EMFILE: { en: 'too many open files', 'zh-Hans': '打开的文件过多' },
  ENAMETOOLONG: { en: 'file name too long', 'zh-Hans': '名称过长' },
  ENODEV: { en: 'no such device', 'zh-Hans': '没有此设备' },
  ENOENT: { en: 'no such file or directory', 'zh-Hans': '没有此文件或文件夹' },
  ENOMEM: { en: 'cannot allocate memory', 'zh-Hans': '内存不足' },
  ENOSPC: { en: 'no space left on device', 'zh-Hans': '设备上没有剩余空间' },
  ENOTDIR: { en: 'not a directory', 'zh-Hans': '它不是文件夹' },
  ENOTEMPTY: { en: 'directory not empty', 'zh-Hans': '文件夹不为空' },
  EPERM: { en: 'operation not permitted', 'zh-Hans': '不允许此操作' },
  EPIPE: { en: 'broken pipe', 'zh-Hans': '管道已断开' },
  EROFS: { en: 'read-only file system', 'zh-Hans': '文件系统只读' },
  ESRCH: { en: 'no such process', 'zh-Hans': '没有此进程' },
  ESTALE: { en: 'stale file handle', 'zh-Hans': '文件句柄已失效' },
  ETIMEDOUT: { en: 'operation timed out', 'zh-Hans': '操作超时' },
  ETXTBSY: { en: 'text file busy', 'zh-Hans': '程序正在运行' },
  EXDEV: { en: 'cannot move between file systems', 'zh-Hans': '不能在文件系统之间移动' },
};

const chineseVerbs: Readonly<Record<string, string>> = {
  chmod: '更改权限',
  'connect to': '连接',
  list: '列出',
  mkdir: '创建文件夹',
  mount: '挂载',
  open: '打开',
  read: '读取',
  removeTree: '删除',
  rename: '重命名',
  rmdir: '删除',
  stat: '查看',
  unlink: '删除',
  write: '写入',
};

/** What does not appear here stays a name, which can be looked up. */
export function errnoText(name: string, language: LanguageCode): string {
  return errnoTexts[name]?.[language] ?? name;
}

export function operationText(
  { verb, path, reason }: { readonly verb: string; readonly path: string; readonly reason: string },
  language: LanguageCode,
): string {
  if (language === 'en') {
    return `Cannot ${verb === 'removeTree' ? 'remove' : verb} "${path}": ${reason}`;
  }
  return `无法${chineseVerbs[verb] ?? `执行 ${verb} `}“${path}”：${reason}`;
}
