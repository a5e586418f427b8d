/** Files and folders that were dropped on the page or chosen in a dialog, as uploads. */
import { uploadedFilesMax } from '../../../playground/files/files.svelte.ts';
import type { Upload } from '../../../playground/files/files.svelte.ts';

export function chosenFiles(files: Iterable<File>): Upload[] {
  return Array.from(files, (file) => uploadOf(file, file.name));
}

/** Looks into folders too; stops one past the most that may come at once. */
export async function droppedFiles(transfer: DataTransfer): Promise<Upload[]> {
  // Entries must be taken before the first wait: the list is empty afterwards.
  const items = Array.from(transfer.items, (item) => ({
    entry: item.webkitGetAsEntry(),
    file: item.getAsFile(),
  }));
  const uploads: Upload[] = [];
  for (const { entry, file } of items) {
    if (entry !== null) await collect(entry, '', uploads);
    // What no file system holds, such as a picture of another page's, is a file without a place.
    else if (file !== null) uploads.push(uploadOf(file, file.name));
  }
  return uploads;
}

async function collect(entry: FileSystemEntry, folder: string, uploads: Upload[]): Promise<void> {
  if (uploads.length > uploadedFilesMax) return;
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    uploads.push(uploadOf(file, path));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // It gives a hundred at a time, and none when there are no more.
  for (;;) {
    const children = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (children.length === 0) return;
    for (const child of children) await collect(child, `${path}/`, uploads);
  }
}

function uploadOf(file: File, path: string): Upload {
  return {
    path,
    sizeBytes: file.size,
    read: async () => new Uint8Array(await file.arrayBuffer()),
  };
}

/** Hands bytes to the browser as a download. */
export function saveDownload({
  name,
  bytes,
}: {
  readonly name: string;
  readonly bytes: Uint8Array;
}): void {
  const url = URL.createObjectURL(new Blob([bytes.slice()]));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
