/** All that is asked, a golden file each. */
import type { Topic } from './scenario.ts';
import { archive, update } from './scenarios/archive.ts';
import { createErrors, createInspect } from './scenarios/create.ts';
import { endpoints } from './scenarios/endpoints.ts';
import { exec } from './scenarios/exec.ts';
import { imageList, images, imageTransfer } from './scenarios/images.ts';
import { containerList } from './scenarios/list.ts';
import { networks } from './scenarios/networks.ts';
import { ports } from './scenarios/ports.ts';
import { states } from './scenarios/states.ts';
import { streams } from './scenarios/streams.ts';
import { events, system } from './scenarios/system.ts';
import { volumes } from './scenarios/volumes.ts';

export const topics: readonly Topic[] = [
  system,
  events,
  createErrors,
  createInspect,
  states,
  containerList,
  exec,
  streams,
  archive,
  update,
  imageList,
  images,
  imageTransfer,
  volumes,
  networks,
  endpoints,
  ports,
];
