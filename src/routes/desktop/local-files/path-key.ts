/** How a disk tells names apart: two paths with one key are one file there. */

/** Linux tells every byte apart; macOS neither capitals nor ways to write an accent, Windows neither capitals nor slashes. */
export function pathKey(path: string, platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      return path.normalize('NFC').toLowerCase();
    case 'win32':
      // A stream of a file is that file, and what a name ends in is left out.
      return path
        .replaceAll('\\', '/')
        .toLowerCase()
        .split('/')
        .map((name, at) => (at === 0 ? name : name.replace(/:.*$/, '').replace(/[. ]+$/, '')))
        .join('/');
    default:
      return path;
  }
}
