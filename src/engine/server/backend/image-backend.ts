/** What the routes under `/images` need of an engine. */
import type {
  ImageDeleteItem,
  ImageHistoryItem,
  ImageInspect,
  ImageSummary,
  JsonMessage,
} from '../../../api/image.ts';
import type { Filters } from './filters.ts';

export interface ImagePullOptions {
  readonly reference: string;
  readonly platform?: string;
  /** Decoded `X-Registry-Auth`. */
  readonly auth?: { readonly username?: string; readonly password?: string };
  readonly onProgress: (message: JsonMessage) => void;
  readonly signal?: AbortSignal;
}

export interface ImageBackend {
  imagePull(options: ImagePullOptions): Promise<void>;
  imageList(options: {
    readonly all: boolean;
    readonly filters?: Filters;
  }): Promise<ImageSummary[]>;
  imageInspect(name: string): Promise<ImageInspect>;
  imageHistory(name: string): Promise<ImageHistoryItem[]>;
  imageTag(name: string, target: { readonly repo: string; readonly tag: string }): Promise<void>;
  imageRemove(
    name: string,
    options: { readonly force: boolean; readonly noPrune: boolean },
  ): Promise<ImageDeleteItem[]>;
}
