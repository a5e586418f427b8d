/** What the live views are called. */
import { defineStrings } from '../strings/area.ts';

export const viewStrings = defineStrings({
  en: {
    containers: 'Containers',
    images: 'Images',
    processes: 'Namespaces',
    network: 'Network',
    xray: 'X-ray',
    files: 'Files',
    lesson: 'Lesson',
    waiting: 'The machine is not ready yet.',
  },
  'zh-Hans': {
    containers: '容器',
    images: '镜像',
    processes: '命名空间',
    network: '网络',
    xray: '透视',
    files: '文件',
    lesson: '课程',
    waiting: '机器尚未就绪。',
  },
});
