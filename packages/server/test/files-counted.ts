import type { DiskFiles } from '@duoport/server';

/** The same backend, and how many files were opened to be read. */
export function filesFrom(files: DiskFiles): { readonly files: DiskFiles; reads(): number } {
  let reads = 0;
  const open = files.openRead.bind(files);
  files.openRead = (path) => {
    reads += 1;
    return open(path);
  };
  return { files, reads: () => reads };
}
