/** The views of the page, each loaded when it is first shown. */
import type { Component } from 'svelte';
import type { ViewId, ViewServices } from '../../playground/views/view-services.ts';

export interface ViewProps {
  readonly services: ViewServices;
}

export interface View {
  readonly id: ViewId;
  readonly load: () => Promise<{ readonly default: Component<ViewProps> }>;
}

/** In the order of the bar. */
export const views: readonly View[] = [
  { id: 'lesson', load: () => import('./lesson/LessonView.svelte') },
  { id: 'files', load: () => import('./files/FilesView.svelte') },
  { id: 'containers', load: () => import('./containers/ContainersView.svelte') },
  { id: 'images', load: () => import('./images/ImagesView.svelte') },
  { id: 'processes', load: () => import('./processes/ProcessesView.svelte') },
  { id: 'network', load: () => import('./network/NetworkView.svelte') },
  { id: 'xray', load: () => import('./xray/XrayView.svelte') },
];
