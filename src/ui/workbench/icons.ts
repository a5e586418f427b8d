/** Line drawings of 24 by 24, one path each. */
import type { Area, BarId } from '../../playground/workbench/layout.svelte.ts';

export type IconName =
  | BarId
  | Exclude<Area, 'guide' | 'view'>
  | 'palette'
  | 'share'
  | 'sessions'
  | 'system'
  | 'light'
  | 'dark';

export const icons: Readonly<Record<IconName, string>> = {
  start: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM15.500 8.500l-2 5-5 2 2-5z',
  lesson:
    'M12 7c-2-1.500-5-2-8-1.500v12.500c3-.5 6 0 8 1.500 2-1.500 5-2 8-1.500V5.500C17 5 14 5.500 12 7zv12.500',
  files: 'M13 3H6a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V9zv6h6M8.500 13h7M8.500 16.500h5',
  containers: 'M12 3l8 4v10l-8 4-8-4V7zM4 7l8 4 8-4M12 11v10',
  images: 'M12 3l9 4.500-9 4.500-9-4.500zM3 12l9 4.500 9-4.500M3 16.500l9 4.500 9-4.500',
  processes: 'M4 4h7v7H4zM13 13h7v7h-7zM7.500 11v3.500a2 2 0 0 0 2 2H13M16.500 4v5M14 6.500h5',
  network:
    'M12 8.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM5.500 20.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM18.500 20.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM12 8.500V12M5.500 15.500V12h13v3.500',
  xray: 'M3 12h4l2.500-7 5 14 2.500-7h4',
  terminal: 'M4 5h16v14H4zM7.500 9l3 3-3 3M12.500 15h4',
  preview: 'M3.500 5h17v14h-17zM3.500 9h17M6.500 7h.01M9 7h.01',
  palette: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500L20 20',
  share: 'M12 15V3.500M8 7l4-4 4 4M8 10H5.500v10.500h13V10H16',
  sessions: 'M5 4h11l3 3v13H5zM8.500 4v5h6V4M8.500 20v-6h7v6',
  system: 'M4 5h16v11H4zM9 20h6M12 16v4',
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400',
  dark: 'M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z',
};
